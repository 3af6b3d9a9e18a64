"""Requests that no page makes: each is refused as what it is, and none is an error of the site."""

import asyncio
import logging

import pytest
from django.test import Client

from chatsite.refused_requests import WithoutTraceback
from conversations.models import User
from tests.bench.fuzz_pages import fuzzed
from tests.people import People

BROKEN_FORM = {"content_type": "multipart/form-data; boundary=" + "b" * 300}
HUGE = str(10**30)


@pytest.fixture
def admin(people: People, client: Client) -> Client:
    client.force_login(people.dana)
    return client


@pytest.fixture
def browser(people: People) -> Client:
    """A browser that checks tokens of forms, as the site does."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.alice)
    browser.cookies["csrftoken"] = "a" * 32
    return browser


@pytest.mark.parametrize("path", ["/nope/", "/share/x/snapshot/", "/c/1/"])
def test_the_body_of_a_request_to_nowhere_is_not_taken_apart(browser: Client, path: str) -> None:
    answer = browser.generic("POST", path, b"r\xb6 \x96", HTTP_X_CSRFTOKEN="a" * 32, **BROKEN_FORM)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("rule", "user"),
        ("rule", "language_model"),
        ("invitation", "groups"),
        ("preset", "groups"),
        ("languagemodel", "provider"),
        ("languagemodel", "users"),
    ],
)
@pytest.mark.parametrize("value", ["0001-01-01", HUGE, "-1", "²", "1.5", "\0", "[]", "x" * 500])
def test_what_is_no_id_is_no_choice(admin: Client, address: str, field: str, value: str) -> None:
    answer = admin.post(f"/admin/conversations/{address}/add/", {field: value})
    assert answer.status_code == 200
    assert answer.context["errors"]


@pytest.mark.django_db
def test_no_row_has_a_number_of_thirty_digits() -> None:
    someone = User.objects.create_user("someone")
    assert list(User.objects.filter(pk__in=[someone.pk, int(HUGE), -int(HUGE)])) == [someone]
    assert not User.objects.filter(pk__in=[int(HUGE)]).exists()
    assert User.objects.exclude(pk__in=[int(HUGE)]).exists()


@pytest.mark.parametrize("path", ["/accounts/password/reset/done/", "/accounts/login/"])
def test_an_address_to_go_on_to_that_is_none_is_left_out(
    db: None, client: Client, path: str
) -> None:
    assert client.get(path, {"next": "http://[::1"}).status_code == 200


def test_a_form_where_json_is_expected_is_refused(browser: Client, people: People) -> None:
    talk = people.alice.conversations.create(title="x")
    form = {"csrfmiddlewaretoken": "a" * 32}
    answer = browser.post(f"/c/{talk.pk}/share/preview/", form)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "status", "has_traceback"),
    [("django.request", 403, False), ("django.request", 500, True),
     ("django.security.DisallowedHost", 400, False), ("conversations.x", None, True)],
)  # fmt: skip
def test_a_refused_request_has_no_traceback_in_the_log(
    name: str, status: int | None, has_traceback: bool
) -> None:
    error = (ValueError, ValueError("x"), None)
    record = logging.LogRecord(name, logging.ERROR, "", 0, "text", (), error)
    if status:
        record.status_code = status
    assert WithoutTraceback().filter(record)
    assert bool(record.exc_info) is has_traceback


@pytest.mark.long
def test_a_thousand_requests_to_every_address_make_no_error_of_the_site() -> None:
    found, tracebacks = asyncio.run(fuzzed(1_000, seed=20261129))
    assert found.wrong == []
    assert tracebacks == []


@pytest.mark.parametrize("path", ["/", "/account/", "/links/", "/healthz", "/accounts/login/"])
def test_head_is_answered_like_get_without_the_body(
    browser: Client, people: People, path: str
) -> None:
    browser.force_login(people.alice)
    shown, asked = browser.get(path), browser.head(path)
    assert (asked.status_code, asked.content) == (shown.status_code, b"")
    assert asked.headers.keys() == shown.headers.keys()
