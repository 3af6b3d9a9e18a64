"""Security headers are the same whether a reply passes Django's middleware or not."""

import asyncio
import http.client
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from channels.testing import HttpCommunicator
from django.conf import LazySettings
from django.core.handlers.asgi import ASGIHandler

from chatsite.health import HealthChecks
from chatsite.security_headers import SecurityHeaders
from chatsite.shared_pages import SharedPages
from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ShareLink
from tests.live import LiveSite
from tests.people import People
from tests.sharing.talk import make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)

# Of every reply; the policies of pages and of other replies differ.
COMMON = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}
NAMES = {
    *COMMON,
    "cache-control",
    "content-security-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-robots-tag",
}
YEAR = "max-age=31536000; includeSubDomains"
Reply = tuple[int, dict[str, str]]


def reply_to(path: str, method: str = "GET", **headers: str) -> Reply:
    """The status and the security headers of a site that is made of the settings as they are."""
    site = SecurityHeaders(HealthChecks(SharedPages(ASGIHandler())))
    sent = {"host": "testserver", **headers}
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]

    async def ask() -> Reply:
        communicator = HttpCommunicator(site, method, path, headers=given)
        reply = await communicator.get_response(timeout=20)
        await communicator.wait()
        return reply["status"], security_headers(reply["headers"])

    return asyncio.run(ask())


def security_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The security headers, each of which must come once."""
    found = [(name.decode().lower(), value.decode()) for name, value in headers]
    chosen = [(name, value) for name, value in found if name in NAMES]
    assert len(dict(chosen)) == len(chosen)
    # A nonce is new in every reply.
    return {name: re.sub(r"'nonce-[^']+'", "'nonce'", value) for name, value in chosen}


@pytest.fixture(params=["http", "https"])
def is_secure(request: pytest.FixtureRequest, settings: LazySettings) -> bool:
    """True if the browser reaches a proxy of the site over TLS."""
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return bool(request.param == "https")


def paths_of_links(people: People) -> dict[str, str]:
    """The address of a link of each kind."""
    talk = make_talk(people.alice)
    revoked = share(talk)
    ShareLink.objects.filter(pk=revoked.pk).revoke()
    return {
        "page": path_of(share(talk)),
        "counted page": path_of(share(talk, max_views=100)),
        "pass-phrase": path_of(share(talk, passphrase="open sesame")),
        "revoked": path_of(revoked),
        "unknown": "/s/no-such-token/",
    }


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("page", 200),
        ("counted page", 200),
        ("pass-phrase", 200),
        ("revoked", 404),
        ("unknown", 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_shared_page_has_the_same_headers_with_and_without_a_cookie(
    people: People, is_secure: bool, kind: str, status: int, method: str
) -> None:
    path = paths_of_links(people)[kind]
    proto = "https" if is_secure else "http"
    before = reply_to(path, method, x_forwarded_proto=proto)
    behind = reply_to(path, method, x_forwarded_proto=proto, cookie="theme=dark")
    assert before == behind
    assert before[0] == status
    assert before[1].items() >= COMMON.items()
    assert before[1]["cache-control"] == "no-store"
    assert before[1].get("strict-transport-security") == (YEAR if is_secure else None)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/", 302),
        ("/no-such-page/", 404),
        ("/v1/models", 401),
        ("/v1/openapi.json", 200),
        ("/v1/no-such-address", 404),
        ("/healthz", 200),
        ("/readyz", 200),
    ],
)
@pytest.mark.usefixtures("people")
def test_every_reply_is_protected(is_secure: bool, path: str, status: int) -> None:
    proto = "https" if is_secure else "http"
    found, headers = reply_to(path, x_forwarded_proto=proto)
    assert found == status
    assert headers.items() >= COMMON.items()
    assert headers["referrer-policy"] == "same-origin"
    assert "no-store" in headers["cache-control"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers.get("strict-transport-security") == (YEAR if is_secure else None)


@pytest.mark.parametrize("path", ["/accounts/login/", "/s/no-such-token/", "/v1/models"])
def test_a_refused_host_name_is_protected_as_the_page_is(path: str) -> None:
    status, headers = reply_to(path, host="evil.example")
    assert status == 400
    assert headers.items() >= COMMON.items()
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "no-store" in headers["cache-control"]


def test_a_form_without_its_token_is_refused_on_a_page_that_cannot_be_framed() -> None:
    status, headers = reply_to("/accounts/login/", "POST")
    assert status == 403
    assert headers.items() >= COMMON.items()


def test_a_frame_of_the_sites_own_keeps_its_headers() -> None:
    status, headers = reply_to("/diagram-frame/")
    assert (status, headers["x-frame-options"]) == (200, "SAMEORIGIN")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_a_developer_sees_djangos_error_pages_with_their_styles(settings: LazySettings) -> None:
    settings.DEBUG = True
    status, headers = reply_to("/no-such-page/")
    assert (status, "content-security-policy" in headers) == (404, False)


@pytest.mark.parametrize("path", [b"/accounts/login/", b"/v1/chat/completions"])
@pytest.mark.parametrize(
    ("field", "status"),
    [(b"Transfer-Encoding: gzip", 400), (b"X-Field: \x0b", 400)],
)
def test_the_servers_own_errors_are_protected(
    live_site: LiveSite, path: bytes, field: bytes, status: int
) -> None:
    parts = urlsplit(live_site.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connected:
        connected.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % (path, field))
        reply = http.client.HTTPResponse(connected)
        reply.begin()
    headers = security_headers(
        (name.encode(), value.encode()) for name, value in reply.getheaders()
    )
    assert reply.status == status
    assert headers.items() >= COMMON.items()
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_an_api_reply_to_a_key_is_protected(people: People) -> None:
    _key, secret = api_keys.create(people.alice, KeyChoices("nightly"))
    status, headers = reply_to("/v1/models", authorization=f"Bearer {secret}")
    assert status == 200
    assert headers.items() >= COMMON.items()


@pytest.mark.parametrize(
    "path", ["/healthz", "/metrics", "/v1/models", "/accounts/login/", "/s/no-such-token/"]
)
def test_the_running_site_protects_its_replies(live_site: LiveSite, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=30)
    connection.request("GET", path)
    reply = connection.getresponse()
    headers = security_headers(
        (name.encode(), value.encode()) for name, value in reply.getheaders()
    )
    connection.close()
    assert headers.items() >= COMMON.items()


CLOSE = b"Connection: close\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


def raw_reply(site: LiveSite, first: bytes, rest: bytes) -> http.client.HTTPResponse:
    """The reply to a request as it is written, from a client whose proxy used TLS."""
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connected:
        proxied = b"Host: 127.0.0.1:%d\r\nX-Forwarded-Proto: https\r\n" % (parts.port or 0)
        connected.sendall(first + b" HTTP/1.1\r\n" + proxied + rest + b"\r\n")
        reply = http.client.HTTPResponse(connected, method=first.split()[0].decode())
        reply.begin()
        reply.read()
    return reply


@pytest.mark.parametrize(
    ("first", "rest", "status"),
    [
        (b"GET /static/%s", CLOSE, 200),
        (b"HEAD /static/%s", CLOSE, 200),
        (b"GET /static/%s", b"If-None-Match: %s\r\n" + CLOSE, 304),
        (b"GET /static/%s", b"Range: bytes=0-3\r\n" + CLOSE, 206),
        (b"GET /static/%s", b"Range: bytes=999999999-\r\n" + CLOSE, 416),
        (b"POST /static/%s", b"Content-Length: 0\r\n" + CLOSE, 405),
        (b"GET /static/none.css", CLOSE, 404),
        (b"GET /healthz", CLOSE, 200),
        (b"GET /", CLOSE, 302),
        (b"GET /no-such-page/", CLOSE, 404),
        (b"POST /accounts/login/", b"Content-Length: 0\r\n" + CLOSE, 403),
        (b"GET /v1/models", CLOSE, 401),
        (b"GET /s/no-such-token/", CLOSE, 404),
        (b"GET /ws/", CLOSE, 401),
        (b"GET /ws/", UPGRADE, 403),
        (b"GET /ws/", UPGRADE.replace(b"13", b"12"), 400),
        (b"GET /", b"X-Field: \x0b\r\n", 400),
        (b"GET /" + b"a" * 20_000, b"", 414),
        (b"GET /", b"X-Field: " + b"a" * 20_000 + b"\r\n", 431),
        (b"POST /accounts/login/", b"Content-Length: 99999999\r\n", 413),
    ],
)
@pytest.mark.usefixtures("people")
def test_no_reply_whatsoever_lacks_nosniff_hsts_and_a_policy(
    live_site: LiveSite, settings: LazySettings, first: bytes, rest: bytes, status: int
) -> None:
    from django.contrib.staticfiles.storage import staticfiles_storage

    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    name = staticfiles_storage.url("css/pages/account.css").removeprefix("/static/").encode()
    first = first % name if b"%s" in first else first
    if b"%s" in rest:
        tag = raw_reply(live_site, b"GET /static/" + name, CLOSE).getheader("ETag") or ""
        rest %= tag.encode()
    reply = raw_reply(live_site, first, rest)
    assert reply.status == status
    assert reply.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert reply.headers.get_all("Strict-Transport-Security") == [YEAR]
    (policy,) = reply.headers.get_all("Content-Security-Policy") or ()
    for directive in ("base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'"):
        assert directive in policy
    # A reply with a body says what it is, and of text in which letters.
    kind = reply.getheader("Content-Type") or ""
    assert (
        kind
        or reply.status in {302, 304, 405, 416}
        or not int(reply.getheader("Content-Length") or 0)
    )
    assert "charset" in kind or not kind.startswith("text/")
