"""Replies to bytes that are no HTTP: status, reason, and a body that the sender can read."""

import http.client
import json
import socket
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from chatsite import http_connection, server
from tests.live import LiveSite
from tests.people import make_people

SECONDS = 20
HOST = b"Host: x\r\n"


def connected(site: LiveSite) -> socket.socket:
    parts = urlsplit(site.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=SECONDS)


def replies_to(site: LiveSite, sent: bytes) -> bytes:
    """All that the site sends until it closes the connection."""
    with connected(site) as wire:
        wire.sendall(sent)
        return b"".join(iter(lambda: wire.recv(65536), b""))


def reply_to(site: LiveSite, sent: bytes) -> http.client.HTTPResponse:
    """The only reply before the connection is closed; its ``body`` has been read."""
    with connected(site) as wire:
        wire.sendall(sent)
        reply = http.client.HTTPResponse(wire)
        reply.begin()
        reply.body = reply.read()  # type: ignore[attr-defined]
        assert wire.recv(1) == b""
    return reply


def post(path: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    lines = [b"POST %s HTTP/1.1" % path, b"Host: x", *headers, b"", body]
    return b"\r\n".join(lines)


LENGTH = b"Content-Length: 2"
CHUNKED = b"Transfer-Encoding: chunked"
BROKEN = {
    "two lengths": (post(b"%s", LENGTH, b"Content-Length: 3", body=b"{}"), 400),
    "the same length twice": (post(b"%s", LENGTH, LENGTH, body=b"{}"), 400),
    "a list of lengths": (post(b"%s", b"Content-Length: 2, 2", body=b"{}"), 400),
    "a length and chunks": (post(b"%s", LENGTH, CHUNKED, body=b"2\r\n{}\r\n0\r\n\r\n"), 400),
    "chunks and a length": (post(b"%s", CHUNKED, LENGTH, body=b"2\r\n{}\r\n0\r\n\r\n"), 400),
    "a negative length": (post(b"%s", b"Content-Length: -1"), 400),
    "a length in words": (post(b"%s", b"Content-Length: two"), 400),
    "an unknown transfer coding": (post(b"%s", b"Transfer-Encoding: gzip"), 400),
    "no size of a chunk": (post(b"%s", CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"), 400),
    "a header without a colon": (post(b"%s", b"Nonsense"), 400),
    "a header with a space in its name": (post(b"%s", b"Two words: 1"), 400),
    "a header with a control character": (post(b"%s", b"X-Name: a\x00b"), 400),
    "a protocol that is not ASCII": (post(b"%s", b"Sec-WebSocket-Protocol: a\xff"), 400),
    "a root path that is not ASCII": (post(b"%s", b"DAPHNE-Root-Path: /\xff"), 400),
    "a large header": (post(b"%s", b"X-Large: " + b"x" * 17_000), 431),
    "large headers together": (post(b"%s", *[b"X-Large: " + b"x" * 1000] * 20), 431),
    "many headers": (post(b"%s", *[b"X: 1"] * 600), 431),
    "headers without an end": (post(b"%s", *[b"X-Large: " + b"x" * 1000] * 500), 431),
}
NO_ADDRESS = {
    "no version": (b"GET /v1/models\r\n\r\n", 400),
    "an unknown version": (b"GET /v1/models HTTP/3.0\r\n\r\n", 400),
    "a space in the address": (b"GET /v1/a b HTTP/1.1\r\n\r\n", 400),
    "no request at all": (b"\x16\x03\x01 hello\r\n\r\n", 400),
    "a method that is none": (b"G(T /v1/models HTTP/1.1\r\n\r\n", 400),
    "a long address": (b"GET /v1/" + b"x" * 17_000 + b" HTTP/1.1\r\n\r\n", 414),
    "a line without an end": (b"GET /" + b"x" * 200_000, 414),
}


def check_envelope(reply: http.client.HTTPResponse) -> str:
    """The message of an API error, after a check of what every error has."""
    assert reply.getheader("Content-Type") == "application/json"
    assert (reply.getheader("X-Request-Id") or "").startswith("req_")
    assert reply.getheader("Connection") == "close"
    assert reply.getheader("Date")
    error = json.loads(reply.body)["error"]  # type: ignore[attr-defined]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["code"] == ("bad_request" if reply.status == 400 else "too_large")
    return str(error["message"])


@pytest.mark.parametrize("name", BROKEN)
def test_a_program_that_sends_no_http_reads_an_api_error(live_site: LiveSite, name: str) -> None:
    sent, status = BROKEN[name]
    reply = reply_to(live_site, sent.replace(b"%s", b"/v1/chat/completions"))
    assert reply.status == status
    assert check_envelope(reply).endswith(".")


@pytest.mark.parametrize("name", BROKEN)
def test_a_browser_that_sends_no_http_reads_plain_text(live_site: LiveSite, name: str) -> None:
    sent, status = BROKEN[name]
    reply = reply_to(live_site, sent.replace(b"%s", b"/accounts/login/"))
    assert (reply.status, reply.getheader("Content-Type")) == (status, "text/plain; charset=utf-8")
    assert reply.body.endswith(b".")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NO_ADDRESS)
def test_what_has_no_address_is_answered_as_a_program(live_site: LiveSite, name: str) -> None:
    sent, status = NO_ADDRESS[name]
    reply = reply_to(live_site, sent)
    assert reply.status == status
    check_envelope(reply)


def test_the_error_names_what_is_wrong(live_site: LiveSite) -> None:
    for name, part in {
        "two lengths": "“Content-Length”",
        "large headers together": "16 kB",
    }.items():
        sent, _status = BROKEN[name]
        reply = reply_to(live_site, sent.replace(b"%s", b"//v1//models"))
        assert part in check_envelope(reply)


@pytest.mark.parametrize("scheme", ["http", "HTTP", "https"])
def test_an_address_may_begin_with_the_host(live_site: LiveSite, scheme: str) -> None:
    make_people()  # A site that is not set up says so at its first address.
    host = f"{scheme}://{urlsplit(live_site.url).netloc}"
    connection = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=SECONDS)
    for path, status in {"/v1": 200, "/v1/openapi.json?a=b": 200, "/v1/none": 404, "": 302}.items():
        connection.request("GET", host + path)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == status
    connection.close()
    sent, status = BROKEN["two lengths"]
    reply = reply_to(live_site, sent.replace(b"%s", host.encode() + b"/v1/models"))
    assert (reply.status, bool(check_envelope(reply))) == (status, True)


def test_nothing_that_follows_a_refusal_is_answered(live_site: LiveSite) -> None:
    smuggled = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    sent = post(b"/v1/models", LENGTH, b"Content-Length: 3", body=b"{}" + smuggled)
    assert replies_to(live_site, sent).count(b"HTTP/1.1 ") == 1


def test_a_refusal_arrives_although_more_was_sent_than_is_read(live_site: LiveSite) -> None:
    reply = reply_to(live_site, post(b"/v1/models", b"X: " + b"x" * 20_000) + b"y" * 500_000)
    assert reply.status == 431


def test_a_client_that_goes_on_sending_is_disconnected(
    live_site: LiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "REFUSED_SECONDS", 0.1)
    with connected(live_site) as wire:
        wire.sendall(post(b"/v1/models", b"X: " + b"x" * 20_000))
        with pytest.raises(ConnectionError):
            _send_for_ever(wire)


def _send_for_ever(wire: socket.socket) -> None:
    while True:
        wire.sendall(b"y" * 100_000)


@pytest.mark.parametrize(
    "path",
    ["/", "/v1/models", "/v1/openapi.json", "/healthz", "/no-such-page/", "/static/none.css"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_reply_has_its_date_once(live_site: LiveSite, path: str, method: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=SECONDS)
    connection.request(method, path)
    reply = connection.getresponse()
    connection.close()
    (date,) = reply.headers.get_all("Date") or []
    assert abs((parsedate_to_datetime(date) - timezone.now()).total_seconds()) < 60


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/healthz", "/accounts/login/", "/"])
def test_a_reply_to_head_has_no_body(live_site: LiveSite, path: str) -> None:
    make_people()
    connection = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=SECONDS)
    replies = []
    # On one connection: what followed the headers would be taken for the second reply.
    for method in ("HEAD", "GET", "HEAD", "GET"):
        connection.request(method, path)
        reply = connection.getresponse()
        replies.append((reply.status, bool(reply.read()) and method == "HEAD"))
    connection.close()
    assert replies == [(302 if path == "/" else 200, False)] * 4


@pytest.mark.parametrize("hello", [b"\x16\x03\x01\x02\x00\x01\x00", b"\x16"])
def test_a_client_that_speaks_tls_is_told_at_once(live_site: LiveSite, hello: bytes) -> None:
    reply = reply_to(live_site, hello)
    assert "“http://”" in check_envelope(reply)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/accounts/login/"])
def test_a_malformed_form_is_answered_by_the_application(live_site: LiveSite, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=SECONDS)
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x", 'a/b; c="d'):
        connection.request("POST", path, b"--y\r\nnonsense", {"Content-Type": content_type})
        reply = connection.getresponse()
        reply.read()
        assert reply.status == (401 if path.startswith("/v1") else 403)
        assert reply.getheader("Content-Type", "").startswith(
            "application/json" if path.startswith("/v1") else "text/html"
        )
    connection.close()


def test_an_idle_connection_lives_longer_than_those_of_proxies(
    live_site: LiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.IDLE_SECONDS == 75
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.2)
    with connected(live_site) as wire:
        for _ in range(2):
            wire.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert wire.recv(65536).startswith(b"HTTP/1.1 200 ")
        asked = timezone.now()
        assert wire.recv(65536) == b""
        assert (timezone.now() - asked).total_seconds() > 0.1
