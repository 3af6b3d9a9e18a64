"""Bodies of requests: how large each may be, and that none is read before it is wanted."""

import asyncio
import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.urls import get_resolver

from chatsite import body_limits
from chatsite.asgi_types import Message, Receive, Send
from chatsite.body_limits import ADMINISTRATION, BY_VIEW, FORM_BYTES, BodyLimits, limit_at
from chatsite.request_body import WINDOW_BYTES, RequestBody
from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import User
from conversations.refusal import WITHHELD
from tests.chatsite.wire import chunk, connected, head, replies_on, reply_on
from tests.live import LiveSite
from tests.people import make_people
from tests.test_rights import routes

MEGA = 1024 * 1024
COMPLETIONS = "/v1/chat/completions"
LOGIN = "/accounts/login/"
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
CONTINUE = "Expect: 100-continue"
# A number for each kind of placeholder in an address.
_VALUES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "1", "str": "x", "slug": "x", "path": "x",
}  # fmt: skip


def address_of(route: str) -> str:
    """An address that the pattern of a route matches."""
    address = route
    for kind, value in _VALUES.items():
        while (start := address.find(f"<{kind}:")) >= 0:
            address = address[:start] + value + address[address.index(">", start) + 1 :]
    return "/" + address


def declared(route: str, name: str | None) -> object:
    """The limit that is meant for a route; None for that of forms."""
    return ADMINISTRATION if route.startswith("admin/") else BY_VIEW.get(name or "")


def test_every_address_has_the_limit_that_is_declared_for_it() -> None:
    known = [(path, pattern.name) for path, pattern in routes(get_resolver().url_patterns)]
    # Patterns that are regular expressions: the catch-all of the administration, allauth's keys.
    plain = [(path, name) for path, name in known if not set(path) & set("^\\(")]
    assert len(plain) > 100
    found = {path: limit_at(address_of(path)) for path, _name in plain}
    assert found == {path: declared(path, name) for path, name in plain}
    assert set(BY_VIEW) <= {name for _path, name in known}


def test_what_takes_more_than_a_form_needs_a_right() -> None:
    assert FORM_BYTES == 16 * 1024
    assert {name: limit.most // MEGA for name, limit in BY_VIEW.items()} == {
        "api_chat_completions": 16,
        "share": 4,
        "share_preview": 4,
        "share_secrets": 4,
        "update_link": 4,
    }
    assert ADMINISTRATION.most == MEGA
    rights = {BY_VIEW["api_chat_completions"].is_for, BY_VIEW["share"].is_for}
    assert len({*rights, ADMINISTRATION.is_for}) == 3


@pytest.fixture
def key(live_site: LiveSite) -> str:
    """The header of a valid API key of Alice's."""
    return f"Authorization: Bearer {api_keys.create(make_people().alice, KeyChoices('bench'))[1]}"


def cookie_of(name: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return f"Cookie: {settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}"


def announced(site: LiveSite, path: str, size: int, *headers: str) -> http.client.HTTPResponse:
    """The reply to a body of that size, of which nothing is sent."""
    with connected(site) as wire:
        wire.sendall(head(site, path, f"Content-Length: {size}", CONTINUE, *headers))
        first = wire.recv(12, 2)  # only looked at
        assert first == b"HTTP/1.1 413" if b"413" in first else b"100" not in first
        reply = reply_on(wire)
        assert wire.recv(1) == b""
    return reply


REFUSED: dict[str, tuple[str, int, int, tuple[str, ...]]] = {
    "a form of 24 MB": (LOGIN, 24 * MEGA, 413, (FORM,)),
    "a form of a byte too many": (LOGIN, FORM_BYTES + 1, 413, (FORM,)),
    "a form in parts": (LOGIN, 24 * MEGA, 413, ("Content-Type: multipart/form-data; boundary=x",)),
    "plain text": (LOGIN, 24 * MEGA, 413, ("Content-Type: text/plain",)),
    "a body of no kind": ("/s/none/", 24 * MEGA, 413, ()),
    "a pass-phrase": ("/s/none/", FORM_BYTES + 1, 413, (FORM,)),
    "an unknown address": ("/none/", 24 * MEGA, 413, ()),
    "a health check": ("/healthz", 24 * MEGA, 200, ()),
    "the metrics": ("/metrics", 24 * MEGA, 405, ()),
    "a static file": ("/static/favicon.svg", 24 * MEGA, 405, ()),
    "the administration, by nobody": ("/admin/", FORM_BYTES + 1, 413, (FORM,)),
    "the share dialog, by nobody": ("/share/{id}/snapshot/", FORM_BYTES + 1, 413, (JSON,)),
    "a completion without a key": (COMPLETIONS, FORM_BYTES + 1, 401, (JSON,)),
    "a completion with a wrong key": (
        COMPLETIONS, 24 * MEGA, 401, (JSON, "Authorization: Bearer sk-wrong"),
    ),
    "a completion with slashes": ("//v1/chat/completions/", 24 * MEGA, 401, (JSON,)),
    "the first page, by a program": ("/", 24 * MEGA, 404, (JSON,)),
    "an address without /v1": ("/chat/completions", 24 * MEGA, 404, (JSON,)),
    "models": ("/v1/models", 24 * MEGA, 405, (JSON,)),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_that_is_not_wanted_is_never_asked_for(live_site: LiveSite, name: str) -> None:
    path, size, status, headers = REFUSED[name]
    reply = announced(live_site, path.format(id=_VALUES["uuid"]), size, *headers)
    assert (reply.status, reply.getheader("Connection")) == (status, "close")


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_without_a_length_is_read_up_to_the_first_byte_too_many(
    live_site: LiveSite, name: str
) -> None:
    path, _size, status, headers = REFUSED[name]
    with connected(live_site) as wire:
        wire.sendall(head(live_site, path.format(id=_VALUES["uuid"]), CHUNKED, *headers))
        wire.sendall(chunk(b"x" * FORM_BYTES) + chunk(b"x"))
        assert reply_on(wire).status == status


def test_the_page_names_the_limit_and_what_to_do(live_site: LiveSite) -> None:
    reply = announced(live_site, LOGIN, 24 * MEGA, FORM)
    text = reply.body.decode()  # type: ignore[attr-defined]
    assert "16 kB" in text
    assert "Nothing was saved." in text
    assert 'class="account-page"' in text
    assert reply.getheader("Cache-Control") == "private, no-store"


def test_the_share_dialog_reads_the_refusal_as_json(live_site: LiveSite) -> None:
    make_people()
    path = f"/share/{_VALUES['uuid']}/snapshot/"
    reply = announced(live_site, path, 24 * MEGA, JSON, cookie_of("alice"))
    error = json.loads(reply.body)["error"]  # type: ignore[attr-defined]
    assert (reply.status, error["code"], "4 MB" in error["message"]) == (413, "too_large", True)


def test_a_program_reads_the_refusal_in_the_form_of_the_api(live_site: LiveSite, key: str) -> None:
    reply = announced(live_site, COMPLETIONS, 16 * MEGA + 1, JSON, key)
    error = json.loads(reply.body)["error"]  # type: ignore[attr-defined]
    assert (reply.status, error["code"], "16 MB" in error["message"]) == (413, "too_large", True)


ADMITTED: dict[str, tuple[str, int, str, int]] = {
    # The bodies are nonsense; the site has read them where it says what is wrong with them.
    "the most of a form": (LOGIN, FORM_BYTES, "", 403),
    "a completion": (COMPLETIONS, MEGA, "key", 400),
    "the share dialog": (f"/share/{_VALUES['uuid']}/snapshot/", 4 * MEGA, "alice", 403),
    "the administration": ("/admin/conversations/user/import/", MEGA, "dana", 403),
}


@pytest.mark.parametrize("name", ADMITTED)
def test_a_body_that_is_wanted_is_asked_for(live_site: LiveSite, key: str, name: str) -> None:
    path, size, sender, status = ADMITTED[name]
    right = key if sender == "key" else cookie_of(sender) if sender else "X-None: 1"
    with connected(live_site) as wire:
        wire.sendall(head(live_site, path, f"Content-Length: {size}", CONTINUE, right))
        assert wire.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(b"x" * size)
        reply = reply_on(wire)
        assert (reply.status, reply.getheader("Connection")) == (status, None)
        # The connection can be used again.
        wire.sendall(head(live_site, "/healthz", method="GET"))
        assert reply_on(wire).status == 200


def test_a_user_who_is_no_administrator_sends_no_more_than_a_form(live_site: LiveSite) -> None:
    make_people()
    reply = announced(live_site, "/admin/", FORM_BYTES + 1, FORM, cookie_of("alice"))
    assert reply.status == 413


def test_a_body_in_chunks_of_one_byte_arrives(live_site: LiveSite) -> None:
    with connected(live_site) as wire:
        wire.sendall(head(live_site, "/v1/models", CHUNKED, method="GET"))
        wire.sendall(chunk(b"x") * 1000 + b"0\r\n\r\n")
        assert reply_on(wire).status == 401
        wire.sendall(head(live_site, "/healthz", method="GET"))
        assert reply_on(wire).status == 200


def test_a_body_in_many_tiny_chunks_is_refused(live_site: LiveSite, key: str) -> None:
    with connected(live_site) as wire:
        wire.sendall(head(live_site, COMPLETIONS, CHUNKED, JSON, key))
        wire.sendall(chunk(b"[" * 63) * 100_000)
        reply = reply_on(wire)
        assert (reply.status, b"chunks" in reply.body) == (400, True)  # type: ignore[attr-defined]


def test_a_body_in_many_chunks_arrives(live_site: LiveSite, key: str) -> None:
    with connected(live_site) as wire:
        wire.sendall(head(live_site, COMPLETIONS, CHUNKED, JSON, key))
        wire.sendall(chunk(b"x" * 64) * 20_000 + b"0\r\n\r\n")
        reply = reply_on(wire)
        assert (reply.status, b"invalid_json" in reply.body) == (400, True)  # type: ignore[attr-defined]


def test_what_follows_an_early_reply_is_no_request(live_site: LiveSite) -> None:
    """The rest of a body must not be taken for a request: that would be smuggled in."""
    hidden = head(live_site, "/healthz", method="GET")
    with connected(live_site) as wire:
        wire.sendall(head(live_site, LOGIN, f"Content-Length: {MEGA}", FORM))
        assert reply_on(wire).status == 413
        wire.sendall(hidden * 100)
        assert wire.recv(1) == b""


def test_more_than_was_announced_is_the_next_request(live_site: LiveSite) -> None:
    """CVE-2026-33034: a length that is too small must not let more through."""
    with connected(live_site) as wire:
        wire.sendall(head(live_site, LOGIN, "Content-Length: 10", FORM) + b"x" * 500_000)
        assert [each.status for each in replies_on(wire, 2)] == [403, 414]


def test_requests_that_are_sent_together_are_answered_in_turn(live_site: LiveSite) -> None:
    form = head(live_site, LOGIN, "Content-Length: 3", FORM) + b"a=b"
    chunked = head(live_site, LOGIN, CHUNKED, FORM) + chunk(b"a=b") + b"0\r\n\r\n"
    with connected(live_site) as wire:
        wire.sendall(form + chunked + head(live_site, "/healthz", method="GET"))
        assert [each.status for each in replies_on(wire, 3)] == [403, 403, 200]


@pytest.mark.parametrize("length", ["Content-Length: 5", CHUNKED])
def test_a_websocket_is_not_opened_with_a_body(live_site: LiveSite, length: str) -> None:
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    with connected(live_site) as wire:
        wire.sendall(head(live_site, "/ws/", *upgrade, f"Origin: {live_site.url}", length))
        reply = reply_on(wire)
        assert (reply.status, wire.recv(1)) == (400, b"")


# The bound itself, in front of an application, whatever the headers say -------------------------


async def read_behind(headers: list[tuple[bytes, bytes]], pieces: list[bytes]) -> tuple[int, Any]:
    """The bytes that an application reads, and the note in its scope."""
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    messages.append({"type": "http.disconnect"})
    read = 0

    async def application(scope: Message, receive: Receive, _send: Send) -> None:
        nonlocal read
        while (message := await receive())["type"] != "http.disconnect":
            read += len(message["body"])

    async def receive() -> Message:
        return messages.pop(0)

    async def send(_message: Message) -> None:
        return None

    scope: Message = {"type": "http", "method": "POST", "path": LOGIN, "headers": headers}
    await BodyLimits(application)(scope, receive, send)
    return read, scope.get(WITHHELD)


@pytest.mark.parametrize("length", [None, b"10", b"0", b"-1", b"", b"ten", b"99999999"])
def test_no_length_lets_more_through(length: bytes | None) -> None:
    """CVE-2026-33034 and CVE-2026-5766: under ASGI the headers need not tell the truth."""
    headers = [] if length is None else [(b"content-length", length)]
    read, note = asyncio.run(read_behind(headers, [b"x" * 10_000] * 100))
    assert read <= FORM_BYTES
    assert note == FORM_BYTES


def test_a_body_within_its_limit_passes_unchanged() -> None:
    assert asyncio.run(read_behind([], [b"x" * 8192] * 2)) == (FORM_BYTES, None)


# The flow from the connection to the application ------------------------------------------------


class Channel:
    """A connection that notes whether it reads."""

    def __init__(self) -> None:
        self.reads = True
        self.pause_body: Callable[[], None] = lambda: setattr(self, "reads", False)
        self.resume_body: Callable[[], None] = lambda: setattr(self, "reads", True)


class Request:
    """A request of that connection."""

    def __init__(self) -> None:
        self.channel = Channel()
        self.finished = 0
        self.application_queue: asyncio.Queue[Message] = asyncio.Queue()


def test_a_connection_is_not_read_faster_than_the_application_asks() -> None:
    async def run() -> None:
        request = Request()
        body = RequestBody(request)
        body.received(b"x" * WINDOW_BYTES)
        assert request.channel.reads
        body.received(b"x")
        assert not request.channel.reads
        message = await request.application_queue.get()
        assert (len(message["body"]), message["more_body"]) == (WINDOW_BYTES + 1, True)
        body.taken(len(message["body"]))
        assert request.channel.reads
        body.end()
        assert await request.application_queue.get() == {
            "type": "http.request", "body": b"", "more_body": False,
        }  # fmt: skip

    asyncio.run(run())


def test_a_right_is_looked_up_once_and_only_where_it_matters(
    monkeypatch: pytest.MonkeyPatch, live_site: LiveSite, key: str
) -> None:
    asked: list[str] = []

    async def is_for(scope: Message) -> bool:
        asked.append(scope["path"])
        return True

    limit = body_limits.Limit(MEGA, is_for)
    monkeypatch.setitem(BY_VIEW, "api_chat_completions", limit)
    for size in (FORM_BYTES, MEGA):
        with connected(live_site) as wire:
            wire.sendall(head(live_site, COMPLETIONS, f"Content-Length: {size}", key))
            wire.sendall(b"x" * size)
            assert reply_on(wire).status == 400
        assert len(asked) == (0 if size == FORM_BYTES else 1)


@pytest.mark.parametrize("content_type", [FORM, "Content-Type: multipart/form-data; boundary=x"])
def test_a_form_with_too_many_fields_is_refused_with_the_number(
    live_site: LiveSite,
    caplog: pytest.LogCaptureFixture,
    settings: LazySettings,
    content_type: str,
) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    body = b"a=&" * 1001 if content_type == FORM else part * 200 + b"--x--\r\n"
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
    with connected(live_site) as wire:
        wire.sendall(head(live_site, "/s/none/", content_type, f"Content-Length: {len(body)}"))
        wire.sendall(body)
        reply = reply_on(wire)
    assert reply.status == 413
    assert "100 fields" in reply.body.decode()  # type: ignore[attr-defined]
    assert "Traceback" not in caplog.text


def test_json_of_many_parts_is_refused_before_it_is_decoded(live_site: LiveSite, key: str) -> None:
    cookie = cookie_of("alice")
    secret = "x" * 32
    token = f"X-CSRFToken: {secret}"
    body = b'{"selection": {"masks": [' + b'"",' * 100_000 + b'""]}}'
    path = f"/share/{_VALUES['uuid']}/snapshot/"
    with connected(live_site) as wire:
        headers = (JSON, token, f"{cookie}; {settings.CSRF_COOKIE_NAME}={secret}")
        wire.sendall(head(live_site, path, f"Content-Length: {len(body)}", *headers) + body)
        reply = reply_on(wire)
    error = json.loads(reply.body)["error"]  # type: ignore[attr-defined]
    assert (reply.status, error["code"]) == (422, "too_complex")
