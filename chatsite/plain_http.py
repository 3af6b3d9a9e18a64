"""Requests over plain HTTP to a site whose address begins with https.

The rule: what a proxy says to have come over plain HTTP is answered with the address over TLS, and
nothing else. Pages are redirected; a form and a call of the API have shown their secrets already,
so they are refused with a sentence, and not done. So is a websocket, whose handshake cannot be
redirected. Health checks are answered before this.

What comes without a word of a proxy may have come over TLS all the same, since not every proxy says
so: it is let through, because a redirect would come back here for ever, and the log names the
setting. So is what a second proxy calls plain although the browser shows that it used TLS.
"""

import logging
from urllib.parse import quote, urlsplit

from django.conf import settings

from chatsite.asgi_types import Application, Message, Receive, Send
from chatsite.origins import host
from chatsite.security_headers import is_secure
from chatsite.server_errors import error_content, is_api

logger = logging.getLogger(__name__)

_SAFE = {"GET", "HEAD"}
_KEY_HEADERS = {b"authorization", b"x-api-key", b"api-key"}
# Some proxies name the protocol of a websocket.
_PLAIN = {"http", "ws"}
# Browsers send it to addresses over TLS alone (Fetch Metadata, 2).
_BROWSER_HEADER = b"sec-fetch-site"
_PROXY_HEADERS = {b"x-forwarded-for", b"x-forwarded-host", b"forwarded", b"via", b"x-real-ip"}


class TlsOnly:
    """An ASGI application that passes on what came over TLS, or may have."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request over plain HTTP, and pass on any other."""
        if not settings.SERVED_OVER_TLS or is_secure(scope):
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket" and _is_plain(scope):
            await send({"type": "websocket.close"})
        elif not _is_plain(scope):
            _log_silent_proxy(scope)
            await self._application(scope, receive, send)
        elif _has_key(scope) or scope["method"] not in _SAFE or is_api(scope["path"].encode()):
            await _refuse(scope, send)
        else:
            await _redirect(scope, send)


def _is_plain(scope: Message) -> bool:
    named = _header(scope, b"host").lower()
    plain = {urlsplit(each).netloc for each in settings.SITE_ORIGINS if each.startswith("http:")}
    if _header(scope, _BROWSER_HEADER):
        return False
    # Anybody may say that it was plain: that gives nobody anything.
    return _protocol(scope) in _PLAIN and named not in plain


def _has_key(scope: Message) -> bool:
    return any(name in _KEY_HEADERS for name, _value in scope["headers"])


def _protocol(scope: Message) -> str:
    return _header(scope, b"x-forwarded-proto").split(",")[0].strip().lower()


def _header(scope: Message, name: bytes) -> str:
    values = [value for each, value in scope["headers"] if each == name]
    return b",".join(values).decode("latin-1")


def _log_silent_proxy(scope: Message) -> None:
    names = {name for name, _value in scope["headers"]}
    if _protocol(scope) == "https":
        text = "A proxy used TLS, but TRUSTED_PROXIES is 0: set it to the number of proxies."
    elif _protocol(scope) in _PLAIN:
        text = (
            "A proxy says http of browsers that use TLS: X-Forwarded-Proto has to be that of the "
            "first proxy."
        )
    elif names & _PROXY_HEADERS:
        text = "A proxy does not set X-Forwarded-Proto: without it, nobody knows that it used TLS."
    else:
        return
    logger.warning("SITE_URL begins with https. %s", text, extra={"once": text})


async def _redirect(scope: Message, send: Send) -> None:
    # The origin of the same host, or the first one: the Host header of a stranger leads nowhere.
    named = _header(scope, b"host").rsplit(":", 1)[0].lower()
    tls = [each for each in settings.SITE_ORIGINS if each.startswith("https:")]
    origin = next((each for each in tls if host(each) == named), tls[0])
    path = scope["raw_path"].decode("latin-1") if scope.get("raw_path") else quote(scope["path"])
    query = f"?{scope['query_string'].decode('latin-1')}" if scope.get("query_string") else ""
    headers = [
        (b"location", f"{origin}{path}{query}".encode("latin-1")),
        (b"content-length", b"0"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 301, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Message, send: Send) -> None:
    text = f"This came over plain http, and was not done. Use {settings.SITE_URL}."
    if _has_key(scope):
        text += " The key in it was sent in clear: revoke it, and make a new one."
    # Who sends a key is a program, wherever it asks.
    address = b"" if _has_key(scope) else scope["path"].encode()
    content, headers = error_content(403, text, address)
    headers.append((b"content-length", b"%d" % len(content)))
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": content})
