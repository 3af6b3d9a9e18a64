"""The body of a request on its way from the connection to the application."""

import asyncio
from typing import Any

# So much is read before the application has asked for it.
WINDOW_BYTES = 64 * 1024
# The key of a scope under which the application finds the body.
BODY = "parley.body"
# Each chunk costs as much as a thousand bytes, whatever its size: after so many, they must have a
# number of bytes on the average.
FREE_CHUNKS, LEAST_CHUNK_BYTES = 1000, 64


class TooManyChunks(Exception):
    """A body consists of too many small chunks."""


class RequestBody:
    """Passes a body on as fast as the application asks for it, and stores nothing.

    daphne itself calls the application when a body has arrived completely, reads it from a file at
    once and queues it. Here the application runs from the end of the headers on, so that it can
    refuse a body that it does not want before that is sent.
    """

    # To daphne this is the file of the body. It does not read one that was closed early.
    closed = True

    def __init__(self, request: Any) -> None:
        self._request = request
        self._pieces: list[bytes] = []
        self._unread = self._size = self._chunks = 0
        self._flushing: asyncio.Handle | None = None
        self.is_complete = False
        self.is_expected = False

    def wanted(self) -> None:
        """The application asks for a piece."""
        if self.is_expected and self._connection:
            self.is_expected = False
            self._connection.ask_for_body()

    def taken(self, size: int) -> None:
        """The application has taken so many bytes."""
        self._unread -= size
        if self._unread <= WINDOW_BYTES and not self.is_complete and self._connection:
            self._connection.resume_body()

    def received(self, data: bytes) -> None:
        """A piece has arrived. Raises TooManyChunks.

        Pieces of the same moment are passed on together: a body may come in chunks of one byte.
        """
        self._count(len(data))
        self.is_expected = False
        self._pieces.append(data)
        self._unread += len(data)
        if self._unread > WINDOW_BYTES:
            self._connection.pause_body()
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    def end(self) -> None:
        """The body is complete."""
        self.is_complete = True
        self._flush()
        self._connection.resume_body()

    def _count(self, size: int) -> None:
        self._chunks += 1
        self._size += size
        if (self._chunks - FREE_CHUNKS) * LEAST_CHUNK_BYTES > self._size:
            raise TooManyChunks

    @property
    def _connection(self) -> Any:
        return None if self._request.finished else self._request.channel

    def _flush(self) -> None:
        if self._flushing:
            self._flushing.cancel()
        self._flushing = None
        piece, self._pieces = b"".join(self._pieces), []
        if queue := self._request.application_queue:
            more = not self.is_complete
            queue.put_nowait({"type": "http.request", "body": piece, "more_body": more})

    def seek(self, *_position: int) -> None:
        """Nothing is stored: there is no position."""

    def tell(self) -> int:
        """The size of what is stored."""
        return 0

    def close(self) -> None:
        """The request is over."""
        self._pieces.clear()
