"""One HTTP connection: it tells what is wrong with a request that is no HTTP, and then closes.

Imported after the event loop has been chosen: see chatsite.server.
"""

import asyncio
import re
from typing import Any

from twisted.web.http import HTTPChannel

from chatsite.server_errors import whole_error

# What still comes after a refusal is read and discarded for this long, so that its client sees the
# refusal instead of a reset connection.
REFUSED_SECONDS = 2
# An address may begin with the host, as requests to proxies do (RFC 9112, 3.2.2).
_HOST = re.compile(rb"^https?://[^/?#]*", re.IGNORECASE)


class Connection(HTTPChannel):
    """A connection whose refusals have a status, a reason and a body.

    Twisted itself answers nothing but «400 Bad Request», without a body, or nothing at all. It
    calls the methods below in this order: the first line, each header, then the body.
    """

    transport: Any
    _was_refused = False
    # What is being read, as a sentence about it if it turns out to be no HTTP.
    _fault = ""

    @property
    def address(self) -> bytes:
        """The address of the request that is being received; empty if it is not known yet."""
        return _HOST.sub(b"", getattr(self, "_path", b""))

    def refuse(self, status: int, text: str) -> None:
        """Send an error, and close the connection once its client has had time to read it."""
        if self._was_refused:
            return
        self._was_refused = True
        self.transport.write(whole_error(status, text, self.address))
        self.transport.loseWriteConnection()
        abort = self.transport.abortConnection
        asyncio.get_running_loop().call_later(REFUSED_SECONDS, abort)

    def dataReceived(self, data: bytes) -> None:
        """Read on, unless the request was refused."""
        if not self._was_refused:
            super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        """Read the first line of a request, or one of its headers."""
        if self._was_refused:
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
        return bool(super().headerReceived(line))

    def rawDataReceived(self, data: bytes) -> None:
        """Read a piece of the body."""
        if not self._was_refused:
            self._fault = "The body does not have the form that “Transfer-Encoding” announced."
            super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        """The request is complete."""
        if not self._was_refused:
            self._path: Any = self.address or b"/"
            super().allContentReceived()

    def _send100Continue(self) -> None:
        if not self._was_refused:
            super()._send100Continue()

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400, self._fault)
