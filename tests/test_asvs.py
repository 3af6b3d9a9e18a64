"""Items of OWASP ASVS 5 that no other test looks at: docs/asvs.md has them all."""

import logging
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from conversations.accounts import people as accounts
from conversations.models import User
from tests.people import PASSWORD, People
from tests.sharing.talk import browser_of, make_talk, path_of, share
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/accounts/login/"
CHANGE = "/accounts/password/change/"
INPUT = re.compile(r"<input[^>]*\bname=\"(\w*password\w*|passphrase)\"[^>]*>")
# Pages with a password; the first ones are for strangers.
PASSWORDS = (LOGIN, "/accounts/signup/", CHANGE)
OWN_PAGES = (
    "/", "/account/", "/account/links/", "/account/export/", "/account/delete/",
    "/account/keys/new/", "/accounts/sessions/", CHANGE, "/accounts/email/", "/accounts/2fa/",
)  # fmt: skip


def text(answer: Any) -> str:
    return str(answer.content.decode())


def signed_in(client: Client, name: str = "alice", password: str = PASSWORD) -> bool:
    client.post(LOGIN, {"login": name, "password": password})
    return SESSION_KEY in client.session


def test_every_cookie_is_known_and_closed_to_scripts(
    people: People, settings: LazySettings
) -> None:
    """3.3.1 to 3.3.4: over TLS, the names and Secure are looked at in test_settings."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    link = share(make_talk(people.alice), passphrase="open sesame")
    client = Client()
    client.get(LOGIN, secure=True)
    assert signed_in(client)
    client.post(path_of(link), {"passphrase": "open sesame"}, secure=True)
    client.post("/accounts/logout/", secure=True)
    seen = {name: cookie for name, cookie in client.cookies.items() if cookie.value}
    assert set(client.cookies) <= {"sessionid", "csrftoken", "device", "shared"}
    assert seen
    for name, cookie in client.cookies.items():
        if cookie["max-age"] != 0:
            assert cookie["httponly"], name
            assert cookie["samesite"] == "Lax", name
            assert not cookie["domain"], name


def test_a_new_session_begins_at_the_sign_in(people: People) -> None:
    """7.2.4: a session that a stranger had chosen signs nobody in."""
    client = Client()
    client.cookies["sessionid"] = "chosen-by-a-stranger"
    session = client.session
    session["left"] = "by a stranger"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    assert signed_in(client)
    assert client.session.session_key != before
    stranger = Client()
    stranger.cookies["sessionid"] = before
    assert stranger.get("/account/").status_code == 302


def test_a_password_is_changed_with_the_present_one(people: People) -> None:
    """6.2.2, 6.2.3."""
    client = confirmed(people.alice)
    new = "seven green harbours"
    for former, is_changed in (("", False), ("wrong and long", False), (PASSWORD, True)):
        client.post(CHANGE, {"oldpassword": former, "password1": new, "password2": new})
        people.alice.refresh_from_db()
        assert people.alice.check_password(new) is is_changed


@pytest.mark.parametrize(
    "password", [" Seven green\u2003harbours ", "ΑΓǺ Ｈ" * 20, "wordless harbours and " * 11]
)
def test_a_password_is_compared_as_it_was_written(people: People, password: str) -> None:
    """6.2.8, 6.2.9: nothing is cut, trimmed or folded."""
    client = confirmed(people.alice)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": password, "password2": password})
    people.alice.refresh_from_db()
    assert people.alice.check_password(password)
    for other in {password.strip(), password.lower(), password[:-1]} - {password}:
        assert not signed_in(Client(), password=other)
    assert signed_in(Client(), password=password)


@pytest.mark.parametrize("path", PASSWORDS)
def test_a_password_is_hidden_and_may_come_from_a_password_manager(
    people: People, settings: LazySettings, path: str
) -> None:
    """6.2.6, 6.2.7, 6.2.9."""
    settings.SIGNUP = "open"
    client = Client() if path != CHANGE else confirmed(people.alice)
    found = [each[0] for each in INPUT.finditer(text(client.get(path)))]
    assert found
    for field in found:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password', field), field
        assert "onpaste" not in field
        longest = re.search(r'maxlength="(\d+)"', field)
        assert longest is None or int(longest[1]) >= 64


@pytest.mark.parametrize("path", OWN_PAGES)
def test_each_page_of_somebody_who_is_signed_in_has_a_way_out(people: People, path: str) -> None:
    """7.4.4."""
    answer = confirmed(people.alice).get(path)
    assert answer.status_code == 200
    assert 'action="/accounts/logout/"' in text(answer)


def test_other_sessions_can_be_ended_where_factors_are_changed(people: People) -> None:
    """7.4.3: a new password ends them by itself."""
    assert 'href="/accounts/sessions/"' in text(confirmed(people.alice).get("/accounts/2fa/"))


RIGHTS = {"is_staff": "on", "is_superuser": "1", "groups": "1", "user_permissions": "1"}


def test_no_form_gives_more_than_its_fields(people: People, settings: LazySettings) -> None:
    """15.3.3: fields that a form does not have change nothing."""
    settings.SIGNUP = "open"
    fields = {"username": "erin", "email": "erin@example.org", "password1": "seven green harbours"}
    Client().post("/accounts/signup/", {**fields, **RIGHTS, "id": people.alice.pk})
    link = accounts.invite(people.dana).partition("://")[2].partition("/")[2]
    invited = {"username": "frank", "email": "frank@example.org", "password": "six blue anchors!"}
    Client().post(f"/{link}", {**invited, **RIGHTS})
    confirmed(people.alice).post(
        "/accounts/email/", {"email": "a@b.example", **RIGHTS, "action_add": ""}
    )
    made = User.objects.exclude(pk=people.dana.pk)
    assert {each.username for each in made} == {"alice", "bob", "charlie", "erin", "frank"}
    for user in made:
        rights = (user.is_staff, user.is_superuser, user.groups.count())
        assert rights == (False, False, 0), user


def test_what_is_refused_is_in_the_log(people: People, caplog: pytest.LogCaptureFixture) -> None:
    """16.3.2: each attempt to reach what is somebody else's."""
    caplog.set_level(logging.WARNING)
    talk = make_talk(people.alice)
    bob = browser_of(people.bob)
    assert bob.get(f"/c/{talk.pk}/").status_code == 404
    Client().get("/v1/models", headers={"authorization": "Bearer pk-parley-made-up"})
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.bob)
    assert strict.post("/account/delete/", {"username": "bob"}).status_code == 403
    for line in (f"Not Found: /c/{talk.pk}/", "Unauthorized: /v1/models", "/account/delete/"):
        assert line in caplog.text
    assert "made-up" not in caplog.text
