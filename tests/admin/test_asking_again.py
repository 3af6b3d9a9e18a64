"""Changes that ask administrators for the password: rights, other people's accounts."""

from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.test import Client

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, AuditEntry, BrowserSession, User
from tests.admin.administrator import USERS, filled
from tests.people import PASSWORD, People
from tests.signed_in import confirm

pytestmark = pytest.mark.django_db
REPLACED = {
    "usable_password": "true", "password1": "canary quiet 31", "password2": "canary quiet 31",
    "set-password": "1",
}  # fmt: skip


@pytest.fixture
def dana(people: People) -> Client:
    """Dana's browser, in which she was not asked yet."""
    client = Client()
    client.force_login(people.dana)
    return client


def sent(client: Client, address: str, **fields: Any) -> Any:
    """The answer to the form of a page with these fields changed."""
    form = filled(client.get(address).context["adminform"].form) | fields
    return client.post(address, form)


def is_asked(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize(
    "fields", [{"is_staff": "on"}, {"is_superuser": "on"}, {"email": "mallory@example.net"}]
)
def test_rights_and_addresses_of_others_are_asked_for(
    dana: Client, people: People, fields: dict[str, str]
) -> None:
    page = f"{USERS}{people.alice.pk}/change/"
    asked = sent(dana, page, **fields)
    assert is_asked(asked)
    stored = User.objects.filter(pk=people.alice.pk)
    before = stored.values().get()
    assert (before["is_staff"], before["email"]) == (False, "alice@example.org")
    dana.post("/accounts/reauthenticate/", {"password": PASSWORD})
    dana.get(unquote(asked["Location"].partition("next=")[2]))
    assert stored.values().get() != before


def test_other_fields_are_not_asked_for(dana: Client, people: People) -> None:
    assert not is_asked(sent(dana, f"{USERS}{people.alice.pk}/change/", first_name="Alice"))
    assert User.objects.get(pk=people.alice.pk).first_name == "Alice"


def test_permissions_of_a_group_are_asked_for(dana: Client, people: People) -> None:
    group = Group.objects.create(name="helpers")
    page = f"/admin/auth/group/{group.pk}/change/"
    assert is_asked(sent(dana, page, permissions=[Permission.objects.all()[0].pk]))
    assert not group.permissions.exists()


def test_removing_second_factors_is_asked_for(dana: Client, people: People) -> None:
    Authenticator.objects.create(user=people.alice, type="totp", data={})
    action = {"action": "remove_second_factors", "_selected_action": [people.alice.pk]}
    assert not is_asked(dana.post(USERS, action))
    assert is_asked(dana.post(USERS, {**action, "confirmed": "1"}))
    assert Authenticator.objects.exists()


def test_the_password_of_somebody_else_is_asked_for(dana: Client, people: People) -> None:
    assert is_asked(dana.post(f"{USERS}{people.alice.pk}/password/", REPLACED))
    assert User.objects.get(pk=people.alice.pk).check_password(PASSWORD)


@pytest.mark.parametrize("revokes", [True, False])
def test_a_replaced_password_ends_what_the_former_one_opened(
    dana: Client, people: People, revokes: bool
) -> None:
    api_keys.create(people.alice, KeyChoices("nightly"))
    alice = Client()
    alice.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    alice.get("/account/")
    confirm(dana, people.dana)
    page = dana.get(f"{USERS}{people.alice.pk}/password/").content.decode()
    assert "Also revoke the API keys of this user" in page
    fields = REPLACED | ({"revoke_api_keys": "on"} if revokes else {})
    dana.post(f"{USERS}{people.alice.pk}/password/", fields)
    assert alice.get("/account/").status_code == 302
    assert not BrowserSession.objects.filter(user=people.alice).exists()
    assert ApiKey.objects.unrevoked().exists() is not revokes
    (event,) = AuditEntry.objects.filter(action="password changed")
    assert (event.actor_name, event.target_name) == ("dana", "alice")


def test_a_password_that_is_refused_ends_nothing(dana: Client, people: People) -> None:
    api_keys.create(people.alice, KeyChoices("nightly"))
    confirm(dana, people.dana)
    fields = {**REPLACED, "password2": "another", "revoke_api_keys": "on"}
    assert dana.post(f"{USERS}{people.alice.pk}/password/", fields).status_code == 200
    assert ApiKey.objects.unrevoked().exists()


@pytest.mark.parametrize("path", ["password_change/", "password_change/done/"])
def test_the_administration_has_no_page_for_the_own_password(dana: Client, path: str) -> None:
    fields = {"old_password": "guess", "new_password1": "x", "new_password2": "x"}
    for answer in (dana.get(f"/admin/{path}"), dana.post(f"/admin/{path}", fields)):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")


def test_nor_one_that_sets_it_without_the_former_one(dana: Client, people: People) -> None:
    confirm(dana, people.dana)
    answer = dana.post(f"{USERS}{people.dana.pk}/password/", REPLACED)
    assert answer["Location"] == "/accounts/password/change/"
    assert User.objects.get(pk=people.dana.pk).check_password(PASSWORD)


def test_signing_out_of_the_administration_is_that_of_the_site(dana: Client) -> None:
    answer = dana.post("/admin/logout/")
    assert (answer.status_code, answer["Location"]) == (307, "/accounts/logout/")
    dana.post("/admin/logout/", follow=True)
    assert "_auth_user_id" not in dana.session
