"""One HTTP request, whose body and reply wait for whoever reads them.

Imported after the event loop has been chosen: see chatsite.server.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import WebRequest
from twisted.web.http import datetimeToString

from chatsite.request_body import RequestBody
from chatsite.server_errors import error_content

# A client that reads nothing of a waiting reply for this long is disconnected. Twisted buffers
# 64 kB and one write more by then, the kernel some more.
STALLED_READER_SECONDS = 30


class LimitedRequest(WebRequest):
    """A request whose body is read only as fast as the application asks for it, and whose reply is
    written only as fast as its client reads.

    daphne itself stores a body of any size before it calls the application, and a reply of any size
    while its client does not read. Twisted pauses and resumes this object as the producer of the
    reply (``twisted.internet.interfaces.IPushProducer``). chatsite.body_limits decides how large a
    body may be.
    """

    # None for a request without one.
    body: RequestBody | None = None
    # Done once there is room for more of the reply; None while there is room.
    room: asyncio.Future[None] | None = None
    _stalled: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any) -> None:
        # Twisted would take forms apart as well, on the event loop, and refuse one that is
        # malformed before Django sees it.
        super().__init__(*args, parsePOSTFormSubmission=False)

    def gotLength(self, length: int | None) -> None:
        """Twisted has read the headers; `length` is None for a chunked body."""
        if length == 0:
            super().gotLength(length)
        elif self.requestHeaders.hasHeader(b"upgrade") and self.channel.upgrades(self):
            self.channel.refuse(400, "A request that opens a websocket has no body.")
        else:
            self.content = self.body = RequestBody(self)
            super().requestReceived(*self.channel.first_line)

    def handleContentChunk(self, data: bytes) -> None:
        """Twisted has read a piece of the body."""
        if self.body:
            self.channel.clock.note(len(data))
            self.body.received(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Twisted has read the whole request."""
        if self.body:
            self.body.end()
        else:
            super().requestReceived(command, path, version)

    def handle_reply(self, message: Any) -> None:
        """The application replies; Twisted pauses it from now on if the client reads too slowly."""
        is_start = message["type"] == "http.response.start"
        if is_start and self.channel and not self.producer:
            self.registerProducer(self, True)
            if self._is_early or self.server.is_leaving:
                self.channel.persistent = False
                self.setHeader(b"connection", b"close")
        if self.method == b"HEAD" and not is_start:
            # Twisted drops the first piece alone; to the client the second would be the next reply.
            message = {**message, "body": b""}
        super().handle_reply(message)
        if is_start and not self.responseHeaders.hasHeader(b"date"):
            # Nothing is written before the first piece of the body.
            self.setHeader(b"date", datetimeToString())

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
        if self._is_early and self.channel:
            self.channel.read_no_more()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        """The client has left."""
        self.resumeProducing()
        super().connectionLost(reason)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Send an error of the server's own, for which the application was not asked."""
        content, headers = error_content(status, body, self.uri)
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": content})

    def _drop(self) -> None:
        if self.channel:
            self.channel.transport.abortConnection()

    @property
    def _is_early(self) -> bool:
        """True if the reply does not wait for the rest of the body."""
        return self.body is not None and not self.body.is_complete
