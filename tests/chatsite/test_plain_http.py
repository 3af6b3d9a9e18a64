"""Plain HTTP to a site whose address begins with https."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from channels.testing import HttpCommunicator
from django.conf import LazySettings

from chatsite.asgi_types import Message, Receive, Send
from chatsite.health import HealthChecks
from chatsite.plain_http import TlsOnly

Reply = tuple[int, str, str]
HOST = "chat.example"


@pytest.fixture(autouse=True)
def site(settings: LazySettings) -> None:
    """A site behind a proxy that ends TLS."""
    settings.SITE_ORIGINS = (f"https://{HOST}", "https://b.example:8443", "http://inside.example")
    settings.SITE_URL = settings.SITE_ORIGINS[0]
    settings.SERVED_OVER_TLS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


async def _page(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def ask(path: str = "/", method: str = "GET", **headers: str) -> Reply:
    """The status, the Location and the text of a reply."""
    sent = {"host": HOST, **headers}
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]

    async def reply() -> Reply:
        application = HealthChecks(TlsOnly(_page))
        asked = HttpCommunicator(application, method, path, headers=given)
        found = await asked.get_response(timeout=20)
        names = {name: value.decode() for name, value in found["headers"]}
        return found["status"], names.get(b"location", ""), found["body"].decode()

    return asyncio.run(reply())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("host", "path", "location"),
    [
        (HOST, "/c/1/?a=b%20c&d", f"https://{HOST}/c/1/?a=b%20c&d"),
        (f"{HOST}:80", "/", f"https://{HOST}/"),
        ("b.example", "/", "https://b.example:8443/"),
        ("evil.example", "/x", f"https://{HOST}/x"),
    ],
)
def test_a_page_is_redirected_to_the_same_one_over_tls(
    method: str, host: str, path: str, location: str
) -> None:
    assert ask(path, method, host=host, x_forwarded_proto="http")[:2] == (301, location)


@pytest.mark.parametrize("path", ["/v1/models", "/v1", "//v1/models"])
def test_a_call_of_the_api_is_refused_and_its_key_is_to_be_replaced(path: str) -> None:
    status, location, text = ask(path, x_forwarded_proto="http", authorization="Bearer pk")
    assert (status, location) == (403, "")
    assert "https_required" in text
    assert f"Use https://{HOST}. The key in it was sent in clear" in text


@pytest.mark.parametrize("header", ["authorization", "x_api_key", "api_key"])
def test_a_key_at_an_address_without_v1_is_not_led_on_either(header: str) -> None:
    status, location, text = ask("/models", x_forwarded_proto="http", **{header: "pk"})
    assert (status, location) == (403, "")
    assert "sent in clear" in text


def test_a_form_is_refused_and_not_done() -> None:
    status, _location, text = ask("/accounts/login/", "POST", x_forwarded_proto="http")
    assert status == 403
    assert text == f"This came over plain http, and was not done. Use https://{HOST}."


@pytest.mark.parametrize(
    ("protocol", "replies"),
    [("http", ["websocket.close"]), ("ws", ["websocket.close"]), ("https", []), ("wss", [])],
)
def test_a_websocket_is_refused(protocol: str, replies: list[str]) -> None:
    passed, sent = [], []

    async def socket(scope: Message, receive: Receive, send: Send) -> None:
        passed.append(scope)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    headers = [(b"host", HOST.encode()), (b"x-forwarded-proto", protocol.encode())]
    scope = {"type": "websocket", "scheme": "ws", "path": "/ws/", "headers": headers}
    async_to_sync(TlsOnly(socket))(scope, None, send)
    assert sent == replies
    assert len(passed) == (not replies)


@pytest.mark.parametrize("proxies_are_counted", [True, False])
def test_a_second_proxy_that_says_http_makes_no_loop(
    settings: LazySettings, written: list[str], proxies_are_counted: bool
) -> None:
    if not proxies_are_counted:
        settings.SECURE_PROXY_SSL_HEADER = None
    found = [ask(x_forwarded_proto="http", sec_fetch_site="none")[0] for _time in range(3)]
    assert found == [200] * 3
    assert len([line for line in written if "says http of browsers that use TLS" in line]) == 1


@pytest.mark.parametrize("path", ["/healthz"])
def test_health_checks_are_answered(path: str) -> None:
    assert ask(path, x_forwarded_proto="http")[0] == 200


def test_what_came_over_tls_or_to_a_plain_address_is_passed_on(settings: LazySettings) -> None:
    assert ask(x_forwarded_proto="https")[0] == 200
    assert ask(host="inside.example", x_forwarded_proto="http")[0] == 200
    settings.SERVED_OVER_TLS = False
    assert ask(x_forwarded_proto="http")[0] == 200


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"x_forwarded_proto": "https"}, "TRUSTED_PROXIES is 0"),
        ({"x_forwarded_for": "192.0.2.1"}, "does not set X-Forwarded-Proto"),
        ({}, ""),
    ],
)
def test_a_proxy_that_nobody_counted_makes_no_loop_and_is_named_once(
    settings: LazySettings, written: list[str], headers: dict[str, str], words: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    assert [ask("/", **headers)[0] for _time in range(5)] == [200] * 5
    lines = [line for line in written if "SITE_URL begins with https" in line]
    assert len(lines) == bool(words)
    assert words in "".join(lines)


def test_with_no_proxy_counted_what_says_http_is_plain_all_the_same(settings: LazySettings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    assert ask(x_forwarded_proto="http")[0] == 301
    assert ask("/v1/models", x_forwarded_proto="http")[0] == 403
