"""One websocket, with bounds on what arrives, and sent only as fast as its client reads.

Imported after the event loop has been chosen: see chatsite.server.
"""

import asyncio
import time
from typing import Any

from autobahn.exception import Disconnected
from daphne.ws_protocol import WebSocketProtocol
from twisted.web.http import datetimeToString

from chatsite.security_headers import headers_of_files
from chatsite.socket_room import Room
from conversations.socket.rate_limit import TokenBucket

# A person's page stays far below: it acknowledges at most ten times a second, and after a
# reconnection it sends again what was not answered.
FRAMES_A_SECOND, FRAMES_AT_ONCE = 20, 60
# The longest message has 400 kB.
BYTES_A_SECOND, BYTES_AT_ONCE = 128 * 1024, 2 * 1024 * 1024
# Proxies may cut a long message into pieces. Those of at least this size are counted as bytes only.
SMALL_PIECE_BYTES = 1024
# Long messages are sent in pieces, so that no more than one of them waits in the server's buffer.
PIECE_CHARACTERS = 64 * 1024
# The rest of what is written to a socket that was closed may take this long to be read.
LINGER_SECONDS = 10
POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
SERVICE_RESTART = 1012  # RFC 6455's registry: the server is restarting, connect again
_TEXT, _CONTINUATION = 1, 0


class Socket(WebSocketProtocol):
    """A websocket whose frames, pings and bytes are counted where they arrive.

    daphne puts each message into a queue without a bound, and buffers without one what a client
    does not read.
    """

    _was_asked = False
    _is_refused = False
    _closed_since: float | None = None

    def connectionMade(self) -> None:
        """The connection changes from HTTP to a websocket."""
        self._frames = TokenBucket(FRAMES_A_SECOND, FRAMES_AT_ONCE)
        self._bytes = TokenBucket(BYTES_A_SECOND, BYTES_AT_ONCE)
        self._turn = asyncio.Lock()
        super().connectionMade()
        self.room = Room(self.transport)

    def connectionLost(self, reason: Any) -> None:
        """The client has left, or was dropped."""
        self.room.stopProducing()
        super().connectionLost(reason)

    def onOpen(self) -> None:
        """The handshake is over: what the client sent for it is not needed any more."""
        self.http_request_data = b""
        self.http_headers: dict[str, str] = {}
        self.request.headers = self.http_headers
        super().onOpen()

    # What arrives

    def dataReceived(self, data: bytes) -> None:
        """Read on, unless the client has sent too much."""
        if self._is_refused:
            return
        if not self._bytes.take(len(data)):
            self._refuse("too many bytes")
        elif self._was_asked and self.state == self.STATE_CONNECTING:
            # A client must wait for the answer to its handshake (RFC 6455, 4.1).
            self.transport.abortConnection()
        else:
            self._read(data)

    def _read(self, data: bytes) -> None:
        is_handshake = not self._was_asked
        self._was_asked = True
        super().dataReceived(data)
        # One that was refused keeps its request, and is told why.
        if is_handshake and self.data and self.state != self.STATE_CLOSED:
            self.transport.abortConnection()

    def processData(self) -> bool:
        """Read a frame of what has arrived; nothing more once the client was refused."""
        if self._is_refused:
            self.data = b""
            return False
        return bool(super().processData())

    def onMessageFrameBegin(self, length: int) -> None:
        """A message begins, or the next piece of one."""
        is_large_piece = bool(self.message_data) and length >= SMALL_PIECE_BYTES
        if is_large_piece or self._may_send():
            super().onMessageFrameBegin(length)
        else:
            # autobahn asks for these while it discards the rest.
            self.frame_length = length
            self.frame_data: list[bytes] = []

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N803 - autobahn names it
        """Pass on a message, unless the socket is about to close."""
        if self.state == self.STATE_OPEN:
            super().onMessage(payload, isBinary)

    def onPing(self, payload: bytes) -> None:
        """Answer a ping, unless what was sent before has still to be read."""
        if self._may_send() and not self.room.is_full:
            super().onPing(payload)

    def onPong(self, payload: bytes) -> None:
        """Count an answer to a ping."""
        self._may_send()

    def _may_send(self) -> bool:
        if not self._frames.take():
            self._refuse("too many frames")
        return not self._is_refused

    def _refuse(self, reason: str) -> None:
        """Close, and read nothing more: autobahn drops the connection within a second."""
        self._is_refused = self.failedByMe = True
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=POLICY_VIOLATION, reasonUtf8=reason.encode())
        elif self.state == self.STATE_CONNECTING:
            self.transport.abortConnection()

    # What is sent

    async def reply(self, message: Any) -> None:
        """Carry out a message of the application, as fast as the client reads."""
        if message["type"] == "websocket.send" and self.state != self.STATE_CONNECTING:
            async with self._turn:
                await self._send_text(message["text"])
        else:
            self.handle_reply(message)

    async def _send_text(self, text: str) -> None:
        opcode = _TEXT
        for start in range(0, len(text) or 1, PIECE_CHARACTERS):
            await self.room.wait()
            if self.state != self.STATE_OPEN:
                raise Disconnected("The socket is closed.")
            end = start + PIECE_CHARACTERS
            self.sendFrame(opcode, text[start:end].encode(), fin=end >= len(text))
            opcode = _CONTINUATION
        await self.room.wait()

    def sendHttpErrorResponse(self, code: int, reason: str, headers: Any = None) -> None:
        """Refuse to become a websocket, with the headers that every reply has."""
        needed = [(b"date", datetimeToString()), *headers_of_files(is_secure=True)]
        own = [(name.decode(), value.decode()) for name, value in needed]
        super().sendHttpErrorResponse(code, reason, [*(headers or ()), *own])

    # How it ends

    def close_for_restart(self) -> None:
        """Close with a code that makes browsers connect again."""
        if self.state == self.STATE_CONNECTING:
            # First of all: the application might accept it a moment later.
            self.server.protocol_disconnected(self)
            self.failHandshake("Restarting", 503)
        elif self.state == self.STATE_OPEN:
            # autobahn's sendClose admits only codes that applications may use.
            self.sendCloseFrame(code=SERVICE_RESTART, reasonUtf8=b"restarting")

    def check_timeouts(self) -> None:
        """Ping, time out, and drop what was closed while its client does not read the rest."""
        if self.state != self.STATE_CLOSED:
            super().check_timeouts()
        elif self._closed_since is None:
            self._closed_since = time.monotonic()
        elif time.monotonic() - self._closed_since > LINGER_SECONDS:
            self.transport.abortConnection()
