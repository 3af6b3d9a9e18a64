"""Deleting an account: by its user, by an administrator, and never the last superuser's."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from conversations.accounts import deletion
from conversations.models import AuditEntry, Conversation, Generation, LedgerEntry, User
from conversations.purge import accounts
from conversations.purge.step import purge
from conversations.refusal import Refused
from tests.admin.answers import begun
from tests.people import PASSWORD, People, make_model
from tests.quotas.books import limit
from tests.sharing.talk import make_talk
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db(transaction=True)
DELETE = "/account/delete/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_user_deletes_the_own_account(people: People) -> None:
    make_talk(people.alice)
    make_talk(people.bob)
    client = confirmed(people.alice)
    answered = client.post(DELETE, {"username": "alice"})
    assert (answered.status_code, "Your account is deleted" in text(answered)) == (200, True)
    assert answered["Clear-Site-Data"] == '"storage"'
    assert [each.user for each in Conversation.objects.all()] == [people.bob]
    assert not User.objects.filter(pk=people.alice.pk).exists()
    assert client.get("/account/").status_code == 302
    assert not Client().login(username="alice", password=PASSWORD)


def test_it_asks_for_the_password(people: People) -> None:
    client = Client()
    client.force_login(people.alice)
    answered = client.post(DELETE, {"username": "alice"})
    assert "/reauthenticate/" in answered["Location"]
    assert User.objects.filter(username="alice").exists()


def test_its_user_is_told_at_the_address_that_it_had(
    people: People, settings: LazySettings
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    client = confirmed(people.alice)
    client.post(DELETE, {"username": "alice"}, headers={"user-agent": "Firefox/140.0 (Windows NT)"})
    (sent,) = mail.outbox
    assert (sent.to, "Your account was deleted" in sent.subject) == (["alice@example.org"], True)
    assert "Firefox on Windows" in sent.body


def test_limits_that_go_with_it_are_in_the_audit_log(people: People) -> None:
    limit(5, user=people.alice)
    deletion.delete(people.dana, [people.alice])
    entry = AuditEntry.objects.get(target_type="conversations.rule")
    number = f"(deleted account {people.alice.pk})"
    assert (entry.actor_name, entry.action) == ("dana", "deleted")
    assert entry.target_name.startswith(f"{number}: ")
    assert entry.before["user"] == number


@pytest.mark.parametrize("typed", ["", "Alice", "alic", "bob"])
def test_another_name_deletes_nothing(people: People, typed: str) -> None:
    answered = confirmed(people.alice).post(DELETE, {"username": typed})
    assert answered.status_code == 422
    assert User.objects.filter(username="alice").exists()


def test_looking_at_the_page_deletes_nothing(people: People) -> None:
    make_talk(people.alice)
    assert "1 conversation, with all its messages" in text(confirmed(people.alice).get(DELETE))
    assert User.objects.filter(username="alice").exists()


def test_the_last_superuser_stays(people: People) -> None:
    answered = confirmed(people.dana).post(DELETE, {"username": "dana"})
    assert answered.status_code == 422
    assert "This is the last superuser." in text(answered)
    # One who cannot sign in is none.
    erin = User.objects.create_superuser("erin", is_active=False)
    assert confirmed(people.dana).post(DELETE, {"username": "dana"}).status_code == 422
    User.objects.filter(pk=erin.pk).update(is_active=True)
    assert confirmed(people.dana).post(DELETE, {"username": "dana"}).status_code == 200
    assert list(User.objects.filter(is_superuser=True)) == [erin]


def test_all_superusers_together_stay(people: People) -> None:
    erin = User.objects.create_superuser("erin")
    with pytest.raises(Refused):
        deletion.delete(people.dana, [people.dana, erin])
    assert User.objects.filter(is_superuser=True).count() == 2


def test_a_running_answer_is_settled_first(people: People) -> None:
    begun(people.alice, make_model(), "Half of")
    deletion.delete(people.alice, [people.alice])
    assert not Generation.objects.exists()
    entry = LedgerEntry.objects.get()
    assert (entry.outcome, entry.username) == ("stopped", "(deleted account)")


def test_an_account_is_closed_at_once_and_much_is_erased_later(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.purge.rows.MOST_AT_ONCE", 2)
    monkeypatch.setattr(deletion, "ERASE_SECONDS", 0.0)
    for _ in range(5):
        make_talk(people.alice)
    deletion.delete(people.dana, [people.alice])
    closed = User.objects.get(pk=people.alice.pk)
    assert (closed.is_active, closed.email, closed.has_usable_password()) == (False, "", False)
    assert Conversation.objects.count() == 5
    assert purge(timezone.now()).account_records == 2
    while accounts.erase_some():
        pass
    assert not Conversation.objects.exists()
    assert not User.objects.filter(pk=closed.pk).exists()


def test_a_name_is_free_again_at_once(people: People) -> None:
    deletion.delete(people.dana, [people.alice])
    User.objects.create_user("alice", "alice@example.org", PASSWORD)
    assert Client().login(username="alice", password=PASSWORD)
