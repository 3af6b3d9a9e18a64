"""The page of an invitation: an account with it, and nothing without it."""

import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from conversations.accounts import people as domain
from conversations.models import AuditEntry, Invitation, User
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db
CHOSEN = {"username": "erin", "email": "erin@example.org", "password": PASSWORD}


def path_of(link: str) -> str:
    return urlsplit(link).path


def take_up(client: Client, link: str, **fields: str) -> int:
    """The status of the reply to the form of this link."""
    return client.post(path_of(link), {**CHOSEN, **fields}).status_code


@pytest.mark.parametrize("signup", ["closed", "invite", "open"])
def test_an_invitation_makes_an_account_and_signs_in(
    client: Client, people: People, settings: LazySettings, signup: str
) -> None:
    settings.SIGNUP = signup
    link = domain.invite(people.dana)
    assert client.get(path_of(link)).status_code == 200
    assert take_up(client, link) == 302
    erin = User.objects.get(username="erin")
    assert (erin.email, erin.is_staff, erin.is_superuser) == ("erin@example.org", False, False)
    assert client.session["_auth_user_id"] == str(erin.pk)


def test_looking_at_an_invitation_does_not_use_it_up(client: Client, people: People) -> None:
    link = domain.invite(people.dana)
    for _ in range(3):
        assert client.get(path_of(link)).status_code == 200
    assert Invitation.objects.get().used_at is None


def test_fields_that_the_form_does_not_have_are_ignored(client: Client, people: People) -> None:
    link = domain.invite(people.dana)
    take_up(client, link, is_staff="on", is_superuser="on", groups="1")
    erin = User.objects.get(username="erin")
    assert (erin.is_staff, erin.is_superuser, erin.groups.count()) == (False, False, 0)


def test_an_invitation_works_once(client: Client, people: People) -> None:
    link = domain.invite(people.dana)
    take_up(client, link)
    assert take_up(Client(), link, username="mallory", email="mallory@example.org") == 404
    assert not User.objects.filter(username="mallory").exists()


def _unusable(people: People) -> list[str]:
    expired, used, withdrawn = (domain.invite(people.dana) for _ in range(3))
    first, second, third = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    Invitation.objects.filter(pk=second.pk).update(used_at=timezone.now())
    third.delete()
    return [expired, used, withdrawn, "/invite/wrong/"]


def test_wrong_expired_used_and_withdrawn_links_look_the_same(
    client: Client, people: People
) -> None:
    answers = [client.get(path_of(link)) for link in _unusable(people)]
    assert [answer.status_code for answer in answers] == [404] * 4
    # The nonce of the page's policy is new in each answer.
    pages = {re.sub(r'nonce="[^"]*"', "", answer.content.decode()) for answer in answers}
    assert len(pages) == 1
    assert "This invitation cannot be used" in pages.pop()


def test_an_unusable_link_creates_no_account(client: Client, people: People) -> None:
    assert [take_up(client, link) for link in _unusable(people)] == [404] * 4
    assert not User.objects.filter(username="erin").exists()


def test_an_invitation_for_an_address_gives_that_address_and_no_other(
    client: Client, people: People
) -> None:
    link = domain.invite(people.dana, email="erin@example.org")
    take_up(client, link, email="mallory@example.org")
    address = EmailAddress.objects.get(user__username="erin")
    assert (address.email, address.verified) == ("erin@example.org", True)


def test_an_address_that_was_typed_is_not_taken_for_verified(
    client: Client, people: People
) -> None:
    take_up(client, domain.invite(people.dana))
    assert EmailAddress.objects.get(user__username="erin").verified is False


def test_the_invited_join_the_groups_of_the_invitation(client: Client, people: People) -> None:
    groups = [Group.objects.create(name="staff"), Group.objects.create(name="guests")]
    take_up(client, domain.invite(people.dana, groups=groups[:1]))
    assert [group.name for group in User.objects.get(username="erin").groups.all()] == ["staff"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "alice"), ("username", "ALICE"), ("email", "alice@example.org"),
        ("password", "short"), ("username", ""), ("email", "no address"),
    ],
)  # fmt: skip
def test_a_refused_form_leaves_the_invitation_open(
    client: Client, people: People, field: str, value: str
) -> None:
    link = domain.invite(people.dana)
    assert take_up(client, link, **{field: value}) == 422
    assert take_up(client, link) == 302


def test_a_link_for_an_account_gives_it_its_password_and_no_other_name(
    client: Client, people: People
) -> None:
    frank = User.objects.create_user("frank", "frank@example.org")
    link = domain.invite(people.dana, account=frank)
    assert take_up(client, link, username="mallory") == 302
    frank.refresh_from_db()
    assert (frank.username, frank.check_password(PASSWORD)) == ("frank", True)
    assert not User.objects.filter(username="mallory").exists()


def test_a_link_for_an_account_ends_with_its_first_password(client: Client, people: People) -> None:
    frank = User.objects.create_user("frank", "frank@example.org")
    link = domain.invite(people.dana, account=frank)
    frank.set_password("something else entirely")
    frank.save()
    assert take_up(client, link) == 404


def test_a_link_for_a_deactivated_account_signs_nobody_in(client: Client, people: People) -> None:
    frank = User.objects.create_user("frank", "frank@example.org", is_active=False)
    assert take_up(client, domain.invite(people.dana, account=frank)) == 404


def test_a_link_for_an_account_that_was_deleted_makes_no_other(
    client: Client, people: People
) -> None:
    frank = User.objects.create_user("frank", "frank@example.org")
    link = domain.invite(people.dana, account=frank)
    frank.delete()
    assert take_up(client, link) == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_forms_one_creates_an_account(people: People) -> None:
    link = domain.invite(people.dana)
    together = threading.Barrier(2, timeout=20)
    statuses: list[int] = []

    def send(name: str) -> None:
        browser = Client()
        browser.get(path_of(link))
        together.wait()
        statuses.append(take_up(browser, link, username=name, email=f"{name}@example.org"))
        connection.close()

    threads = [threading.Thread(target=send, args=[name]) for name in ("erin", "frank")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [302, 404]
    assert User.objects.filter(username__in=["erin", "frank"]).count() == 1


def test_an_invitation_used_between_check_and_use_creates_no_account(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = path_of(domain.invite(people.dana)).split("/")[2]
    look = domain.open_invitation

    def overtaken(seen: str) -> Invitation:
        monkeypatch.setattr(domain, "open_invitation", look)
        invitation = look(seen)
        domain.accept(seen, domain.NewAccount("frank", "frank@example.org", PASSWORD))
        return invitation

    monkeypatch.setattr(domain, "open_invitation", overtaken)
    with pytest.raises(domain.InvitationGone):
        domain.accept(token, domain.NewAccount("erin", "erin@example.org", PASSWORD))
    assert not User.objects.filter(username="erin").exists()


def test_audit_entries_name_both_users_and_never_the_link(client: Client, people: People) -> None:
    link = domain.invite(people.dana, email="erin@example.org")
    take_up(client, link)
    entries = list(AuditEntry.objects.changes().order_by("pk"))
    said = [(entry.actor_name, entry.action, entry.target_name) for entry in entries]
    assert said == [
        ("dana", "invited", "erin@example.org"),
        ("erin", "accepted", "erin@example.org"),
    ]
    stored = str([(entry.before, entry.after) for entry in entries])
    token = path_of(link).split("/")[2]
    assert token not in stored
    assert Invitation.objects.get().token_hash not in stored


def test_the_database_does_not_hold_the_token(people: People) -> None:
    token = path_of(domain.invite(people.dana)).split("/")[2]
    stored = Invitation.objects.values().get()
    assert token not in str(stored)


def test_the_command_prints_a_link_that_works(
    client: Client, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    Group.objects.create(name="staff")
    call_command("invite", "erin@example.org", "--group", "staff", "--days", "2")
    assert take_up(client, capsys.readouterr().out.strip()) == 302
    assert User.objects.get(username="erin").groups.get().name == "staff"
    assert AuditEntry.objects.filter(actor_name="(command line)", action="invited").count() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["no address"], ["alice@example.org"], ["erin@example.org", "--group", "nobodys"],
        ["erin@example.org", "--days", "0"], ["erin@example.org", "--days", "366"],
    ],
)  # fmt: skip
def test_the_command_refuses_invalid_arguments(people: People, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("invite", *arguments)
    assert Invitation.objects.count() == 0


def test_a_username_cannot_be_the_address_of_another_account(
    client: Client, people: People
) -> None:
    assert take_up(client, domain.invite(people.dana), username="Alice@example.org") != 302
    assert not User.objects.filter(username__iexact="alice@example.org").exists()
