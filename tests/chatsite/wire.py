"""Bytes sent to a live site, and what it sends back."""

import http.client
import socket
from urllib.parse import urlsplit

from tests.live import LiveSite

SECONDS = 20


def connected(site: LiveSite) -> socket.socket:
    """A connection to the site."""
    parts = urlsplit(site.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=SECONDS)


def head(site: LiveSite, path: str, *headers: str, method: str = "POST") -> bytes:
    """The first line and the headers of a request to the site."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(site.url).netloc}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def chunk(data: bytes) -> bytes:
    """One chunk of a body without a length."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def replies_on(wire: socket.socket, number: int) -> list[http.client.HTTPResponse]:
    """The next replies; the ``body`` of each has been read."""
    shared = _Replies(wire)
    return [_read(shared) for _ in range(number)]


def reply_on(wire: socket.socket) -> http.client.HTTPResponse:
    """The next reply, after which none has come yet."""
    (reply,) = replies_on(wire, 1)
    return reply


def _read(replies: "_Replies") -> http.client.HTTPResponse:
    reply = http.client.HTTPResponse(replies)  # type: ignore[arg-type]
    reply.begin()
    reply.body = reply.read()  # type: ignore[attr-defined]
    return reply


class _Replies:
    """The bytes received so far, for one reply after the other: each would read on."""

    def __init__(self, wire: socket.socket) -> None:
        self._file = wire.makefile("rb")
        self.read, self.readline = self._file.read, self._file.readline

    def makefile(self, _mode: str) -> "_Replies":
        return self

    def close(self) -> None:
        return

    flush = close
