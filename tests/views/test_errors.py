"""Pages for requests that fail before their view, or in it."""

import psycopg
import pytest
from django.conf import LazySettings
from django.db import (
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from django.test import Client
from psycopg import errors

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.api import listing
from conversations.views import account, shared
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db


def from_postgresql(error: DatabaseError, cause: psycopg.Error) -> DatabaseError:
    """An error of the driver, as Django passes it on."""
    error.__cause__ = cause
    return error


FAULTS = [
    OperationalError("database or disk is full"),
    InterfaceError("connection is closed"),
    from_postgresql(InternalError("read-only"), errors.ReadOnlySqlTransaction()),
    from_postgresql(ProgrammingError("permission denied"), errors.InsufficientPrivilege()),
]
SENTENCE = "The site cannot store anything at the moment."


def failing(error: Exception) -> object:
    """A function that raises it, whatever it is called with."""

    def fail(*_args: object, **_named: object) -> None:
        raise error

    return fail


@pytest.fixture
def stranger() -> Client:
    """A browser whose requests fail as they do on a running site: with a page."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_without_a_database_says_so_and_when_to_come_back(
    people: People, stranger: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    stranger.force_login(people.alice)
    monkeypatch.setattr(account, "render", failing(fault))
    response = stranger.get("/account/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert SENTENCE in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"


def test_an_error_of_the_program_stays_one(
    people: People, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger.force_login(people.alice)
    monkeypatch.setattr(account, "render", failing(ValueError("oops")))
    response = stranger.get("/account/")
    assert response.status_code == 500
    assert SENTENCE not in response.content.decode()


def test_a_sign_in_whose_session_cannot_be_stored_says_so(
    people: People, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conversations.accounts.sessions import SessionStore

    monkeypatch.setattr(SessionStore, "save", failing(FAULTS[0]))
    form = {"login": people.alice.username, "password": PASSWORD}
    response = stranger.post("/accounts/login/", form)
    assert response.status_code == 503
    assert SENTENCE in response.content.decode()


@pytest.mark.parametrize("cookie", ["", "theme=dark"])
def test_a_shared_page_says_so_too(
    stranger: Client, monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    monkeypatch.setattr(shared, "_reading", failing(FAULTS[0]))
    response = stranger.get("/s/any-token/", headers={"cookie": cookie} if cookie else {})
    assert response.status_code == 503


@pytest.mark.django_db(transaction=True)
def test_an_api_client_is_told_in_its_own_form(
    people: People, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _key, secret = api_keys.create(people.alice, KeyChoices("nightly"))
    monkeypatch.setattr(listing, "in_thread", failing(FAULTS[0]))
    response = stranger.get("/v1/models", headers={"authorization": f"Bearer {secret}"})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (503, "storage_unavailable")
    assert error["message"].startswith(SENTENCE)
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("host", ["evil.example", "<b>x</b>", "a" * 300 + ".example", "[::1", ""])
def test_a_foreign_host_name_is_told_with_the_setting(stranger: Client, host: str) -> None:
    response = stranger.get("/", headers={"host": host})
    text = response.content.decode()
    assert response.status_code == 400
    assert "SITE_URL" in text or not host
    assert "<b>" not in text
    assert "a" * 150 not in text


def test_a_foreign_host_name_is_told_to_programs_with_the_setting(stranger: Client) -> None:
    response = stranger.get("/v1/models", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "SITE_URL" in response.json()["error"]["message"]


def sign_in(client: Client, user: str, **headers: str) -> int:
    """The status of a sign-in with a real form, sent with these headers."""
    client.get("/accounts/login/")
    form = {
        "login": user,
        "password": PASSWORD,
        "csrfmiddlewaretoken": client.cookies["csrftoken"].value,
    }
    return client.post("/accounts/login/", form, secure=True, headers=headers).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 302),
        ({"sec-fetch-site": "same-origin"}, 302),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "none"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, 403),
        ({"origin": "https://testserver"}, 302),
        ({"referer": "https://testserver/accounts/login/"}, 302),
    ],
)
def test_sign_in_works_without_a_referrer_where_the_browser_vouches_for_the_page(
    people: People, headers: dict[str, str], status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, people.alice.username, **headers) == status


def test_the_token_is_needed_all_the_same(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    form = {"login": people.alice.username, "password": PASSWORD}
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert client.post("/accounts/login/", form, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("has_cookie", "is_tls", "words"),
    [
        (True, False, "Referrer-Policy: no-referrer"),
        (False, False, "The browser blocks cookies"),
        (False, True, "TRUSTED_PROXIES"),
    ],
)
def test_a_refused_form_names_its_cause(
    settings: LazySettings, has_cookie: bool, is_tls: bool, words: str
) -> None:
    settings.SERVED_OVER_TLS = is_tls
    client = Client(enforce_csrf_checks=True)
    if has_cookie:
        client.get("/accounts/login/")
    response = client.post("/accounts/login/", {}, headers={"origin": "null"})
    assert response.status_code == 403
    assert words in response.content.decode()
