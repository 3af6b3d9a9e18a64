"""The server around the application, over a real connection."""

import asyncio
import http.client
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from chatsite.asgi_types import Message, Receive, Send
from chatsite.health import HealthChecks
from chatsite.websocket_user import SessionUser
from tests.live import LiveSite
from tests.people import make_people

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture
def connection(live_site: LiveSite) -> Iterator[http.client.HTTPConnection]:
    """A connection to the running site."""
    opened = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=30)
    yield opened
    opened.close()


def get(
    connection: http.client.HTTPConnection, path: str, **headers: str
) -> http.client.HTTPResponse:
    """The answer to a GET, read to its end."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=named)
    answer = connection.getresponse()
    answer.text = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
    return answer


def test_health_checks_answer_to_any_host_name(
    connection: http.client.HTTPConnection,
) -> None:
    assert get(connection, "/healthz", Host="10.1.2.3").text == "ok\n"
    assert get(connection, "/readyz", Host="10.1.2.3").text == "ready\n"


def test_a_page_is_not_served_under_a_foreign_name(connection: http.client.HTTPConnection) -> None:
    assert get(connection, "/accounts/login/", Host="evil.example").status == 400
    assert get(connection, "/accounts/login/").status == 200


def test_a_client_cannot_move_the_site_below_a_path(
    connection: http.client.HTTPConnection,
) -> None:
    answer = get(connection, "/account/", Daphne_Root_Path="/evil")
    assert answer.getheader("Location") == "/accounts/login/?next=/account/"


def test_a_page_stays_out_of_caches_and_frames(connection: http.client.HTTPConnection) -> None:
    answer = get(connection, "/")
    policy = answer.getheader("Content-Security-Policy")
    assert answer.getheader("Cache-Control") == "private, no-store"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Referrer-Policy") == "same-origin"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_static_file_under_its_hashed_name_is_cached_for_good(
    connection: http.client.HTTPConnection,
) -> None:
    from django.contrib.staticfiles.storage import staticfiles_storage

    answer = get(connection, staticfiles_storage.url("css/pages/account.css"))
    assert answer.status == 200
    assert answer.getheader("Content-Type") == 'text/css; charset="utf-8"'
    assert answer.getheader("Cache-Control") == "max-age=315360000, public, immutable"
    unchanged = get(
        connection,
        staticfiles_storage.url("css/pages/account.css"),
        If_None_Match=answer.getheader("ETag") or "",
    )
    assert unchanged.status == 304


def test_packages_are_served_by_the_allow_list_alone(
    connection: http.client.HTTPConnection,
) -> None:
    assert get(connection, "/static/npm/katex/dist/katex.min.css").status == 200
    assert get(connection, "/static/npm/katex/package.json").status == 404
    # It is in the bundle.
    assert get(connection, "/static/npm/marked/lib/marked.esm.js").status == 404


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", None), ("", None)],
)
@pytest.mark.parametrize("path", ["js/pages/conversation_page.js", "css/pages/shared.css"])
def test_what_pages_load_is_sent_as_small_as_the_browser_reads_it(
    connection: http.client.HTTPConnection, path: str, accepted: str, sent: str | None
) -> None:
    from django.contrib.staticfiles.storage import staticfiles_storage

    answer = get(connection, staticfiles_storage.url(path), Accept_Encoding=accepted)
    assert answer.getheader("Content-Encoding") == sent
    assert answer.getheader("Vary") == "Accept-Encoding"
    assert answer.getheader("Cache-Control") == "max-age=315360000, public, immutable"


def test_a_part_that_is_loaded_later_is_cached_for_good_too(
    connection: http.client.HTTPConnection,
) -> None:
    [katex] = (settings.STATIC_ROOT / "js" / "chunks").glob("katex.*.js")
    answer = get(connection, f"/static/js/chunks/{katex.name}", Accept_Encoding="br")
    assert answer.getheader("Content-Encoding") == "br"
    assert "immutable" in answer.getheader("Cache-Control")


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "https://127.0.0.1:{port}", "http://127.0.0.1:1"],
)
def test_the_websocket_refuses_pages_of_other_origins(
    connection: http.client.HTTPConnection, live_site: LiveSite, origin: str | None
) -> None:
    headers = dict(UPGRADE)
    if origin is not None:
        headers["Origin"] = origin.format(port=urlsplit(live_site.url).port)
    refused = get(connection, "/ws/", **headers)
    assert (refused.status, bool(refused.getheader("Date"))) == (403, True)


def test_the_websocket_admits_pages_of_the_site(
    connection: http.client.HTTPConnection, live_site: LiveSite
) -> None:
    connection.request("GET", "/ws/", headers={**UPGRADE, "Origin": live_site.url})
    assert connection.getresponse().status == 101


@pytest.mark.django_db(transaction=True)
def test_health_and_new_sockets_do_not_wait_for_channels_shared_thread() -> None:
    begun, release = threading.Event(), threading.Event()
    said: list[object] = []

    def hold() -> None:
        begun.set()
        release.wait()

    async def reply(scope: Message, receive: Receive, send: Send) -> None:
        said.append(str(scope["user"]))

    async def send(message: Message) -> None:
        said.append(message.get("status", message.get("body")))

    async def ask() -> None:
        held = asyncio.create_task(sync_to_async(hold)())
        await asyncio.to_thread(begun.wait)
        try:
            async with asyncio.timeout(10):
                await HealthChecks(reply)({"type": "http", "path": "/readyz"}, _silent, send)
                await SessionUser(reply)({"type": "websocket", "headers": []}, _silent, send)
        finally:
            release.set()
            await held

    asyncio.run(ask())
    assert said == [200, b"ready\n", "AnonymousUser"]


@pytest.mark.django_db(transaction=True)
def test_a_socket_is_its_sessions_until_the_password_is_changed() -> None:
    alice, client = make_people().alice, Client()
    client.force_login(alice)
    session_key = client.session.session_key
    cookie = f"a=b; {settings.SESSION_COOKIE_NAME}={session_key}"
    scope = {"type": "websocket", "headers": [(b"cookie", cookie.encode())]}
    opened: list[tuple[object, str | None]] = []

    async def note(scope: Message, receive: Receive, send: Send) -> None:
        opened.append((scope["user"], scope["session"].session_key))

    asyncio.run(SessionUser(note)(scope, _silent, _unsaid))
    alice.set_password("another quiet afternoon")
    alice.save()
    asyncio.run(SessionUser(note)(scope, _silent, _unsaid))
    assert opened[0] == (alice, session_key)
    assert (str(opened[1][0]), opened[1][1]) == ("AnonymousUser", None)


async def _unsaid(message: Message) -> None:
    raise AssertionError("Nothing is sent.")


async def _silent() -> Message:
    raise AssertionError("Nobody reads.")
