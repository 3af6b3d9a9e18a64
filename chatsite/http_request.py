"""One HTTP request, with a bounded body and a bounded amount of unread reply.

Imported after the event loop has been chosen: see chatsite.server.
"""

import asyncio
import json
import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import WebRequest
from django.conf import settings

from chatsite.security_headers import Header, with_security_headers

# A refused upload is read and discarded for this long, so that its client sees the refusal instead
# of a reset connection.
REFUSED_UPLOAD_SECONDS = 2
# A client that reads nothing of a waiting reply for this long is disconnected. Twisted buffers
# 64 kB and one write more by then, the kernel some more.
STALLED_READER_SECONDS = 30
# Below it the server's own errors, too, have the form of API errors.
API_PREFIX = b"/v1/"


class LimitedRequest(WebRequest):
    """A request whose body is refused with 413 as soon as it is known to be too large, and whose
    reply is written only as fast as its client reads.

    daphne itself stores a body of any size before it calls the application, and a reply of any size
    while its client does not read. Twisted pauses and resumes this object as the producer of the
    reply (``twisted.internet.interfaces.IPushProducer``).
    """

    _received_bytes = 0
    _refused = False
    # Done once there is room for more of the reply; None while there is room.
    room: asyncio.Future[None] | None = None
    _stalled: asyncio.TimerHandle | None = None

    def gotLength(self, length: int | None) -> None:
        """Twisted has read the headers; `length` is None for a chunked body."""
        super().gotLength(0 if self._exceeds(length or 0) else length)
        if self._exceeds(length or 0):
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        """Twisted has read a piece of the body."""
        self._received_bytes += len(data)
        if self._refused:
            return
        if self._exceeds(self._received_bytes):
            self._refuse()
        else:
            super().handleContentChunk(data)

    def process(self) -> Any:
        """Twisted has read the whole request."""
        if self._refused:
            self.channel.loseConnection()
            return None
        return super().process()

    def handle_reply(self, message: Any) -> None:
        """The application replies; Twisted pauses it from now on if the client reads too slowly."""
        if message["type"] == "http.response.start" and self.channel and not self.producer:
            self.registerProducer(self, True)
        super().handle_reply(message)

    def setResponseCode(self, code: int, message: bytes | None = None) -> None:
        """Set the status, with its reason phrase, which Twisted lacks for newer ones."""
        with suppress(ValueError):
            message = message or HTTPStatus(code).phrase.encode()
        super().setResponseCode(code, message)

    def pauseProducing(self) -> None:
        """Twisted's buffer is full; a client that reads nothing is disconnected after a while."""
        if self.room is None:
            loop = asyncio.get_running_loop()
            self.room = loop.create_future()
            self._stalled = loop.call_later(STALLED_READER_SECONDS, self._drop)

    def resumeProducing(self) -> None:
        """Twisted's buffer is empty."""
        if self._stalled:
            self._stalled.cancel()
        if self.room and not self.room.done():
            self.room.set_result(None)
        self.room = self._stalled = None

    def stopProducing(self) -> None:
        """The connection is closed: end the wait for room."""
        self.resumeProducing()

    def finish(self) -> None:
        """The reply is complete; Twisted sends the rest of it if the client still reads."""
        if self.producer:
            self.unregisterProducer()
            self.resumeProducing()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        """The client has left."""
        self.resumeProducing()
        super().connectionLost(reason)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Send an error of the server's own, for which the application was not asked."""
        content, headers = self._error(status, body)
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": content})

    def _drop(self) -> None:
        if self.channel:
            self.channel.transport.abortConnection()

    def _error(self, status: int, text: str) -> tuple[bytes, list[Header]]:
        content = text.encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        if self._is_api_request():
            content, headers = _api_error(status, text)
        # Nothing has checked yet whether a proxy used TLS.
        return content, with_security_headers(headers, is_secure=False)

    def _is_api_request(self) -> bool:
        # ``uri`` is set once the whole request has been read; the channel knows it until then.
        uri = getattr(self.channel, "_path", self.uri)
        return bytes(uri or b"").startswith(API_PREFIX)

    @staticmethod
    def _exceeds(length: int) -> bool:
        return length > settings.MAX_BODY_BYTES

    def _refuse(self) -> None:
        self._refused = True
        content, headers = self._error(413, "The request body is too large.")
        lines = [b"HTTP/1.1 413 Content Too Large", b"connection: close"]
        lines += [b"%s: %s" % header for header in headers]
        lines += [b"content-length: %d" % len(content), b"", content]
        self.channel.transport.write(b"\r\n".join(lines))
        abort = self.channel.transport.abortConnection
        asyncio.get_running_loop().call_later(REFUSED_UPLOAD_SECONDS, abort)


def _api_error(status: int, message: str) -> tuple[bytes, list[Header]]:
    """The body and headers of an API error (docs/api.md, "Errors")."""
    kind, code = ("invalid_request_error", "bad_request") if status < 500 else ("api_error",) * 2
    code = "too_large" if status == 413 else code
    error = {"message": message, "type": kind, "param": None, "code": code}
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-request-id", b"req_%s" % uuid.uuid4().hex.encode()),
        (b"x-should-retry", b"false"),
    ]
    return json.dumps({"error": error}).encode(), headers
