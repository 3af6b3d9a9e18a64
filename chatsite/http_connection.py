"""One HTTP connection: it tells what is wrong with a request that is no HTTP, and then closes.

Imported after the event loop has been chosen: see chatsite.server.
"""

import asyncio
import re
from typing import Any

from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel

from chatsite.clocks import Clock
from chatsite.request_body import TooManyChunks
from chatsite.server_errors import whole_error

# What still comes after a refusal is read and discarded for this long, so that its client sees the
# refusal instead of a reset connection.
REFUSED_SECONDS = 2
# An address may begin with the host, as requests to proxies do (RFC 9112, 3.2.2).
_HOST = re.compile(rb"^https?://[^/?#]*", re.IGNORECASE)
# Headers that daphne reads itself, and fails on if they are not ASCII.
_ASCII = {"daphne-root-path", "sec-websocket-protocol"}
# The first byte of a client that speaks TLS (RFC 8446, 5.1). It would wait for an answer until the
# headers are late.
_TLS_HANDSHAKE = b"\x16"


class Connection(HTTPChannel):
    """A connection whose refusals have a status, a reason and a body.

    Twisted itself answers nothing but «400 Bad Request», without a body, or nothing at all. It
    calls the methods below in this order: the first line, each header, then the body.
    """

    transport: Any
    _networkProducer: Any  # noqa: N815 - Twisted names it
    # Nothing more is read: the request was refused, or answered before it was complete.
    _is_over = False
    # Nothing has been received yet.
    _is_new = True
    # What is being read, as a sentence about it if it turns out to be no HTTP.
    _fault = ""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(self._late)

    @property
    def first_line(self) -> tuple[bytes, bytes, bytes]:
        """Method, address and version of the request that is being received."""
        return self._command, self.address or b"/", self._version

    @property
    def address(self) -> bytes:
        """The address of the request that is being received; empty if it is not known yet."""
        return _HOST.sub(b"", getattr(self, "_path", b""))

    def refuse(self, status: int, text: str) -> None:
        """Send an error, and close the connection once its client has had time to read it."""
        if self._is_over:
            return
        self.read_no_more()
        self.transport.write(whole_error(status, text, self.address))
        self._close_slowly()

    def read_no_more(self) -> None:
        """Discard what still comes: the connection ends with the reply that is being written."""
        self._is_over = True
        self.clock.stop()
        self._networkProducer.resumeProducing()

    def pause_body(self) -> None:
        """Let the client wait with its body."""
        self.clock.pause()
        self._networkProducer.pauseProducing()

    def resume_body(self) -> None:
        """Read on in the body."""
        self.clock.resume()
        self._networkProducer.resumeProducing()

    def ask_for_body(self) -> None:
        """Tell a client that waits for it that its body is wanted (RFC 9110, 10.1.1)."""
        if not self._is_over:
            super()._send100Continue()

    def upgrades(self, request: Any) -> bool:
        """True if the request asks for a websocket on this connection."""
        names = request.requestHeaders.getRawHeaders(b"upgrade")
        return bool(names[0].lower() == b"websocket")

    def connectionMade(self) -> None:
        """The client has connected, and has to send a request."""
        super().connectionMade()
        self.clock.await_headers()

    def connectionLost(self, reason: Any = connectionDone) -> None:
        """The client has left."""
        self.clock.stop()
        super().connectionLost(reason)

    def loseConnection(self) -> None:
        """Close the connection once all is written."""
        if self._is_over:
            self._close_slowly()
        else:
            super().loseConnection()

    def _close_slowly(self) -> None:
        # A connection that is closed with unread bytes in it would be reset, and its client might
        # never see the reply.
        self.transport.loseWriteConnection()
        abort = self.transport.abortConnection
        asyncio.get_running_loop().call_later(REFUSED_SECONDS, abort)

    def _late(self) -> None:
        if self.requests and self.requests[-1].startedWriting:
            self.transport.abortConnection()
        elif self.requests or self._buffer:
            self.refuse(408, "The request did not arrive in time.")
        else:
            # Browsers open connections that they may not need.
            self.loseConnection()

    def dataReceived(self, data: bytes) -> None:
        """Read on, unless the request was refused."""
        if self._is_over:
            return
        if self._is_new and data.startswith(_TLS_HANDSHAKE):
            self.refuse(400, "This port speaks plain HTTP: begin the address with “http://”.")
            return
        self._is_new = False
        if not self.requests and not self.clock.runs:
            self.clock.await_headers()
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        """Read the first line of a request, or one of its headers."""
        if self._is_over:
            return
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            self.lineLengthExceeded(line)
            return
        self._fault = "The first line of a request must be “METHOD /address HTTP/1.1”."
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        """The first line, or the headers with it, are too large."""
        size = self.totalHeadersSize // 1024
        if self.address:
            self.refuse(431, f"The headers of a request may have {size} kB together.")
        else:
            self.refuse(414, f"The address of a request may have {size} kB.")

    def headerReceived(self, line: bytes) -> bool:
        """Read a whole header."""
        if self._receivedHeaderCount >= self.maxHeaders:
            self.refuse(431, f"A request may have {self.maxHeaders} headers.")
            return False
        name = line.partition(b":")[0][:40].decode("ascii", "replace")
        self._fault = f"The header “{name}” is not valid, or contradicts another one."
        if name.lower() in _ASCII and not line.isascii():
            self.refuse(400, self._fault)
            return False
        return bool(super().headerReceived(line))

    def rawDataReceived(self, data: bytes) -> None:
        """Read a piece of the body."""
        if not self._is_over:
            self._fault = "The body does not have the form that “Transfer-Encoding” announced."
            try:
                super().rawDataReceived(data)
            except TooManyChunks:
                self.refuse(400, "The body has too many chunks of a few bytes. Send larger ones.")

    def allHeadersReceived(self) -> None:
        """The headers are complete."""
        super().allHeadersReceived()
        if self.length != 0 and not self._is_over:
            self.clock.await_body()

    def allContentReceived(self) -> None:
        """The request is complete."""
        self.clock.stop()
        if not self._is_over:
            self._path: Any = self.address or b"/"
            super().allContentReceived()

    def _send100Continue(self) -> None:
        body = None if self._is_over else self.requests[-1].body
        if body:
            # The application has not read the headers yet, and may refuse the body.
            body.is_expected = True
        else:
            self.ask_for_body()

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400, self._fault)
