"""A reply at ``/v1``: its bytes, and a stream with a cursor for each client."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from conversations.api.errors import ApiError

# Unread bytes of one stream from which on the upstream has to wait for its client.
UNREAD_BYTES = 256 * 1024
# One write: small enough that a slow client shows progress to the server.
WRITE_BYTES = 64 * 1024
# No more bytes of a running reply are in memory for a repeated Idempotency-Key.
REPLAYABLE_BYTES = 4 * 1024 * 1024


class Reply:
    """The bytes of one reply, which its streams read while they come.

    ``is_replayable`` stores every byte, so that a stream may be opened later; otherwise the bytes
    that all streams have read are dropped. ``abandoned`` is called when the last stream closes
    before the end.
    """

    def __init__(
        self, content_type: str, headers: Mapping[str, str], *, is_replayable: bool = False
    ) -> None:
        self.content_type = content_type
        self.headers = headers
        self.is_replayable = is_replayable
        self.is_over = False
        self.was_abandoned = False
        self.error: ApiError | None = None
        self.error_status: ApiError | None = None
        self.abandoned: Callable[[], object] | None = None
        self._written = bytearray()
        self._dropped = 0
        self._streams: set[ReplyStream] = set()
        self._decided = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def size(self) -> int:
        """The number of bytes written so far, dropped ones included."""
        return self._dropped + len(self._written)

    @property
    def is_whole(self) -> bool:
        """True while no byte has been dropped."""
        return not self._dropped

    @property
    def is_read(self) -> bool:
        """True while a stream is open."""
        return bool(self._streams)

    @property
    def is_full(self) -> bool:
        """True while a stream has more than UNREAD_BYTES unread: the upstream has to wait."""
        if len(self._written) <= UNREAD_BYTES:
            return False
        cursors = (each.cursor for each in self._streams)
        return self.size - min(cursors, default=self.size) > UNREAD_BYTES

    async def wait_for_room(self) -> None:
        """Wait until a stream has read on."""
        self._room.clear()
        await self._room.wait()

    def write(self, written: bytes) -> None:
        """Add bytes."""
        self._written += written
        self._decided.set()
        if self.is_replayable and self.size > REPLAYABLE_BYTES:
            self.is_replayable = False
        for stream in self._streams:
            stream.wake()

    def close(self, last: bytes, error: ApiError | None = None) -> None:
        """Add the last bytes; an error before the first byte decides the status instead."""
        self.is_over = True
        self.error = error
        if error and not self.size:
            self.error_status = error
        self.write(last)

    async def decided(self) -> None:
        """Wait until the status is known: the first byte is written, or the run has ended.

        Raises :class:`ApiError` when the run failed before its first byte.
        """
        await self._decided.wait()
        if self.error_status:
            raise self.error_status

    def open_stream(self) -> "ReplyStream":
        """A stream from the first byte on; its owner must call ``leave`` at the end."""
        stream = ReplyStream(self)
        self._streams.add(stream)
        return stream

    def leave(self, stream: "ReplyStream") -> None:
        """Close one stream; the last one ends the run."""
        self._streams.discard(stream)
        self._room.set()
        self.abandon_if_unread()

    def abandon_if_unread(self) -> None:
        """End the run unless a stream is open."""
        if not self._streams and not self.is_over:
            self.abandon()

    def abandon(self) -> None:
        """End the run, as nobody reads it."""
        self.was_abandoned = True
        if self.abandoned:
            self.abandoned()

    def after(self, cursor: int) -> bytes:
        """Up to 64 kB from the position ``cursor`` on."""
        start = cursor - self._dropped
        return bytes(self._written[start : start + WRITE_BYTES])

    def was_read(self) -> None:
        """Drop the bytes that every stream has read."""
        if not self.is_replayable:
            least = min([each.cursor for each in self._streams]) - self._dropped
            del self._written[:least]
            self._dropped += least
        if not self._room.is_set():
            self._room.set()


class ReplyStream:
    """One client's stream of a reply, from its first byte to its last."""

    def __init__(self, reply: Reply) -> None:
        self._has_left = False
        self.cursor = 0
        self._reply = reply
        self._waiting: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes as they come, in pieces of up to 64 kB."""
        try:
            while True:
                if piece := self._reply.after(self.cursor):
                    self.cursor += len(piece)
                    self._reply.was_read()
                    yield piece
                    continue
                if self._reply.is_over:
                    return
                self._waiting = self._loop.create_future()
                await self._waiting
        finally:
            self.leave()

    async def whole(self) -> bytes:
        """The whole reply, after its end."""
        return b"".join([piece async for piece in self])

    def leave(self) -> None:
        """Close the stream."""
        if self._has_left:
            return
        self._has_left = True
        self._reply.leave(self)

    # Django calls ``close`` on a response also when nothing of it was sent.
    close = leave

    def wake(self) -> None:
        """Resume the iterator: there is something to read."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)
