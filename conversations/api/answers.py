"""An answer as programs read it: the encoded bytes of one run, and a cursor for each reader."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from conversations.api.errors import ApiError
from conversations.api.failures import error_of, internal
from conversations.api.forms import PING, Form
from conversations.api.wire import usage_of
from conversations.generation.api_run import Ending
from conversations.upstream import Chunk

# What one reader may leave unread before the upstream has to wait for it.
UNREAD_BYTES = 256 * 1024
# One write: small enough that a slow reader shows progress to the server.
WRITE_BYTES = 64 * 1024
# A longer answer is not kept for those who come later.
KEPT_BYTES = 4 * 1024 * 1024
# With more readers than this a process has so much to write that what comes for one of them within
# so long goes out in one piece: the write costs more than the tokens in it.
CROWD = 16
GATHER_SECONDS = 0.045
# Well under the minute after which proxies give a silent answer up.
PING_SECONDS = 10.0


class Answer:
    """Hears one run, writes it in its form, and hands the bytes to whoever reads.

    ``is_kept`` keeps every byte for those who come later; otherwise what all have read is let go.
    ``abandoned`` is called once nobody reads any more although the run goes on, ``over`` awaited
    in a task when it has ended.
    """

    def __init__(self, form: Form, *, is_kept: bool = False) -> None:
        self.form = form
        self.is_kept = is_kept
        self.is_over = False
        self.was_abandoned = False
        self.error: ApiError | None = None
        self.ending: Ending | None = None
        self.abandoned: Callable[[], object] | None = None
        self.over: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._written = bytearray()
        self._let_go = 0
        self._readers: set[Reader] = set()
        self._decided = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def size(self) -> int:
        """How many bytes it has so far."""
        return self._let_go + len(self._written)

    @property
    def is_whole(self) -> bool:
        """Whether every byte of it is still there."""
        return not self._let_go

    @property
    def is_full(self) -> bool:
        """Whether a reader leaves so much unread that the upstream had better wait."""
        if len(self._written) <= UNREAD_BYTES:
            return False
        return self.size - min((each.cursor for each in self._readers), default=0) > UNREAD_BYTES

    def hear(self, chunk: Chunk) -> None:
        """Write the next chunk."""
        if written := self.form.heard(chunk):
            self._write(written)

    async def room(self) -> None:
        """Wait until the readers have read on."""
        self._room.clear()
        await self._room.wait()

    def end(self, ending: Ending) -> None:
        """Write the end, or decide the error if nothing has been written."""
        self.ending = ending
        self.is_over = True
        self._write_end(ending)
        if self.over:
            self._tidying = asyncio.ensure_future(self.over())

    def _write_end(self, ending: Ending) -> None:
        error, used = error_of(ending), ending.used
        if error or used is None:
            self._fail(error or internal())
            return
        reasons = {int(number): reason for number, reason in ending.last.finish_reasons.items()}
        usage = usage_of((used.prompt_tokens, used.completion_tokens), ending.usage)
        self._write(self.form.ending(reasons, usage))

    def _fail(self, error: ApiError) -> None:
        written = self.form.failure(error)
        if self.size:
            self._write(written)
        else:
            self.error = error
            self._decided.set()

    async def decided(self) -> None:
        """Wait until the status is known: something was said, or it is over.

        Raises :class:`ApiError` when it failed before.
        """
        await self._decided.wait()
        if self.error:
            raise self.error

    def reader(self) -> "Reader":
        """Read from the beginning. Who stops reading must ``leave``."""
        reader = Reader(self)
        self._readers.add(reader)
        return reader

    def leave(self, reader: "Reader") -> None:
        """One reader less; the last one ends the run."""
        self._readers.discard(reader)
        self._room.set()
        self.abandon_if_unread()

    def abandon_if_unread(self) -> None:
        """End the run unless somebody reads it."""
        if self._readers or self.is_over:
            return
        self.was_abandoned = True
        if self.abandoned:
            self.abandoned()

    def after(self, cursor: int) -> bytes:
        """Up to 64 kB of what was written after that many bytes."""
        start = cursor - self._let_go
        return bytes(self._written[start : start + WRITE_BYTES])

    def was_read(self) -> None:
        """A reader has read on: let go of what nobody needs."""
        if not self.is_kept:
            least = min([each.cursor for each in self._readers]) - self._let_go
            del self._written[:least]
            self._let_go += least
        if not self._room.is_set():
            self._room.set()

    def _write(self, written: bytes) -> None:
        self._written += written
        is_urgent = self.is_over or not self._decided.is_set()
        self._decided.set()
        if self.is_kept and self.size > KEPT_BYTES:
            self.is_kept = False
        for reader in self._readers:
            reader.wake() if is_urgent else reader.wake_soon()


class Reader:
    """One who reads an answer, from its beginning to its end."""

    _open = 0

    def __init__(self, answer: Answer) -> None:
        Reader._open += 1
        self._has_left = False
        self._gathering: asyncio.TimerHandle | None = None
        self.cursor = 0
        self._answer = answer
        self._waiting: asyncio.Future[None] | None = None
        self._is_silent = self._ping_is_due = False
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(PING_SECONDS, self._tick)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes as they come, what is there together, and a comment in long silences."""
        try:
            while True:
                if piece := self._answer.after(self.cursor):
                    self.cursor += len(piece)
                    self._answer.was_read()
                    self._is_silent = False
                    yield piece
                    continue
                if self._answer.is_over:
                    return
                self._waiting = self._loop.create_future()
                await self._waiting
                if self._ping_is_due:
                    self._ping_is_due = False
                    yield PING
        finally:
            self.leave()

    async def whole(self) -> bytes:
        """All of it at once, when it is over."""
        return b"".join([piece async for piece in self if piece != PING])

    def leave(self) -> None:
        """Read no more."""
        if self._has_left:
            return
        self._has_left = True
        Reader._open -= 1
        self._timer.cancel()
        if self._gathering:
            self._gathering.cancel()
        self._answer.leave(self)

    # Django closes what it was to stream, though nothing of it was sent.
    close = leave

    def wake(self) -> None:
        """There is something to read."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def wake_soon(self) -> None:
        """There is something to read, which waits a moment for more where many read."""
        if Reader._open <= CROWD:
            self.wake()
        elif self._gathering is None:
            self._gathering = self._loop.call_later(GATHER_SECONDS, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self.wake()

    def _tick(self) -> None:
        if self._is_silent:
            self._ping_is_due = True
            self.wake()
        self._is_silent = True
        self._timer = self._loop.call_later(PING_SECONDS, self._tick)
