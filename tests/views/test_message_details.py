"""A failure in the server's own words is shown to administrators alone."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from conversations.generation import lifecycle
from conversations.generation.lifecycle import UpstreamTrace
from conversations.models import LedgerEntry, Message, User
from conversations.transcript import Failure, Finished
from tests.admin.answers import answered, priced_model
from tests.people import People
from tests.playing import a_running_generation
from tests.sharing.talk import make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)
FAILED = Finished(cause="failed", error=Failure("failed", "The model's server failed."))
WORDS = "org-1234 <b>exceeded</b> its quota"


def _words_in_details(user: User) -> str | None:
    """The details of a failed answer of the user's own."""
    generation = a_running_generation(user)
    lifecycle.finish(generation.pk, 1, FAILED, trace=UpstreamTrace(words=WORDS))
    client = Client()
    client.force_login(user)
    message = Message.objects.get(generation=generation)
    details = client.get(f"/m/{message.pk}/details.json").json()
    assert details["status"] == "failed"
    words: str | None = details.get("upstream_words")
    return words


def _permit(user: User, *names: str) -> User:
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


def test_an_administrator_reads_the_words_of_an_answer(people: People) -> None:
    assert _words_in_details(people.dana) == WORDS


def test_staff_read_them_if_they_see_providers(people: People) -> None:
    User.objects.filter(pk=people.bob.pk).update(is_staff=True)
    assert _words_in_details(_permit(people.bob, "view_ledgerentry")) is None
    assert _words_in_details(_permit(people.bob, "view_provider")) == WORDS


def test_others_do_not_whatever_else_they_may_do(people: People) -> None:
    assert _words_in_details(people.alice) is None
    assert _words_in_details(_permit(people.bob, "view_provider")) is None


def test_no_page_of_the_conversation_has_them_nor_a_shared_one(people: People) -> None:
    generation = a_running_generation(people.dana)
    lifecycle.finish(generation.pk, 1, FAILED, trace=UpstreamTrace(words="org-1234 is used up"))
    shared = make_talk(people.dana)
    Message.objects.filter(pk=shared.head_id).update(generation=generation)
    client = Client()
    client.force_login(people.dana)
    state = client.get(f"/c/{generation.conversation_id}/state.json").content.decode()
    page = client.get(path_of(share(shared))).content.decode()
    assert "The model's server failed." in state
    assert "What are tides?" in page
    assert "org-1234" not in state + page


@pytest.mark.parametrize("names", [("view_ledgerentry", "view_provider"), ("view_ledgerentry",)])
def test_the_ledger_has_the_words_of_every_user_s_answer(
    people: People, names: tuple[str, ...]
) -> None:
    User.objects.filter(pk=people.bob.pk).update(is_staff=True)
    client = Client()
    client.force_login(_permit(people.bob, *names))
    answered(people.alice, priced_model("vendor/large"))
    entry = LedgerEntry.objects.get()
    generation = a_running_generation(people.alice)
    lifecycle.finish(generation.pk, 1, FAILED, trace=UpstreamTrace(words=WORDS))
    LedgerEntry.objects.update(generation_id=generation.pk)
    page = client.get(f"/admin/conversations/ledgerentry/{entry.pk}/change/").content.decode()
    assert ("org-1234 &lt;b&gt;exceeded" in page) == ("view_provider" in names)
