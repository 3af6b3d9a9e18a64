"""The API reply of one run: its encoded bytes, and a stream with a cursor for each client."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from conversations.api.error_bodies import error_of, internal
from conversations.api.errors import ApiError
from conversations.api.formats import Format, sign_of_life
from conversations.api.wire import usage_of
from conversations.generation.api_run import Ending
from conversations.upstream import Chunk

# Unread bytes of one stream from which on the upstream has to wait for its client.
UNREAD_BYTES = 256 * 1024
# One write: small enough that a slow client shows progress to the server.
WRITE_BYTES = 64 * 1024
# A longer reply is not stored for a repeated Idempotency-Key.
REPLAYABLE_BYTES = 4 * 1024 * 1024
# With more open streams than this, what comes for one of them within GATHER_SECONDS goes out in one
# piece: the write costs more than the tokens in it.
MANY_STREAMS = 16
GATHER_SECONDS = 0.045
# A client hears something within five seconds, and then every ten: half a second and a second are
# for the way and for a busy machine. Until the first of them an error decides the status.
FIRST_SECONDS = 4.5
PING_SECONDS = 9.0


class Reply:
    """The listener of one run: encodes its chunks in a format and buffers them for the streams.

    ``is_replayable`` stores every byte, so that a stream may be opened later; otherwise the bytes
    that all streams have read are dropped. ``abandoned`` is called when the last stream closes
    while the run goes on. When the run has ended, ``release`` is called, and ``over`` is awaited in
    a task.

    In a silence the format's comment is written, so that no proxy takes a model that thinks for a
    dead connection. The first one, FIRST_SECONDS after ``arrived`` (the loop's time), starts the
    reply. Comments are bytes of the reply like all others: a repeated request reads the same.
    """

    def __init__(
        self, body_format: Format, *, is_replayable: bool = False, arrived: float | None = None
    ) -> None:
        self.format = body_format
        self.is_replayable = is_replayable
        self.is_over = False
        self.was_abandoned = False
        self.error: ApiError | None = None
        self.error_status: ApiError | None = None
        self.ending: Ending | None = None
        self.abandoned: Callable[[], object] | None = None
        self.release: Callable[[], object] | None = None
        self.over: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._place = 0
        self._written = bytearray()
        self._dropped = 0
        self._streams: set[ReplyStream] = set()
        self._decided = asyncio.Event()
        self._room = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._due = (self._loop.time() if arrived is None else arrived) + FIRST_SECONDS
        takes_comments = body_format.takes_comments
        self._timer = self._loop.call_at(self._due, self._tick) if takes_comments else None

    @property
    def size(self) -> int:
        """The number of bytes written so far, dropped ones included."""
        return self._dropped + len(self._written)

    @property
    def is_whole(self) -> bool:
        """True while no byte has been dropped."""
        return not self._dropped

    @property
    def is_full(self) -> bool:
        """True while a stream has more than UNREAD_BYTES unread: the upstream has to wait."""
        if len(self._written) <= UNREAD_BYTES:
            return False
        return self.size - min((each.cursor for each in self._streams), default=0) > UNREAD_BYTES

    def receive(self, chunk: Chunk) -> None:
        """Write the next chunk."""
        if written := self.format.write_chunk(chunk):
            self._write(written)

    def wait(self, place: int) -> None:
        """Note the place of its run in the line before the provider, 0 out of it."""
        self._place = place

    async def wait_for_room(self) -> None:
        """Wait until a stream has read on."""
        self._room.clear()
        await self._room.wait()

    def end(self, ending: Ending) -> None:
        """Write the end; an error before the first byte decides the status instead."""
        self.ending = ending
        self.is_over = True
        if self._timer:
            self._timer.cancel()
        self._write_end(ending)
        if self.release:
            self.release()
        if self.over:
            self._over_task = asyncio.ensure_future(self.over())

    def _write_end(self, ending: Ending) -> None:
        error, used = error_of(ending), ending.used
        if error or used is None:
            self._fail(error or internal())
            return
        reasons = {int(number): reason for number, reason in ending.last.finish_reasons.items()}
        usage = usage_of((used.prompt_tokens, used.completion_tokens), ending.usage)
        self._write(self.format.write_end(reasons, usage))

    def _fail(self, error: ApiError) -> None:
        self.error = error
        if not self.size:
            self.error_status = error
        self._write(self.format.write_error(error))

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
        if self._streams or self.is_over:
            return
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

    def _write(self, written: bytes) -> None:
        self._written += written
        self._due = self._loop.time() + PING_SECONDS
        is_urgent = self.is_over or not self._decided.is_set()
        self._decided.set()
        if self.is_replayable and self.size > REPLAYABLE_BYTES:
            self.is_replayable = False
        for stream in self._streams:
            stream.wake() if is_urgent else stream.wake_soon()

    def _tick(self) -> None:
        if self._loop.time() >= self._due:
            self._write(sign_of_life(self._place))
        self._timer = self._loop.call_at(self._due, self._tick)


class ReplyStream:
    """One client's stream of a reply, from its first byte to its last."""

    _open = 0

    def __init__(self, reply: Reply) -> None:
        ReplyStream._open += 1
        self._has_left = False
        self._gathering: asyncio.TimerHandle | None = None
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
        ReplyStream._open -= 1
        if self._gathering:
            self._gathering.cancel()
        self._reply.leave(self)

    # Django calls ``close`` on a response also when nothing of it was sent.
    close = leave

    def wake(self) -> None:
        """Resume the iterator: there is something to read."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def wake_soon(self) -> None:
        """Resume the iterator, after GATHER_SECONDS if more than MANY_STREAMS are open."""
        if ReplyStream._open <= MANY_STREAMS:
            self.wake()
        elif self._gathering is None:
            self._gathering = self._loop.call_later(GATHER_SECONDS, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self.wake()
