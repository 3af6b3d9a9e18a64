"""One completion stream, read chunk by chunk."""

import asyncio
from contextlib import suppress

import httpx

from .decoder import StreamDecoder
from .error_responses import trace_id
from .transport import BROKEN, pause, read, resume
from .types import Chunk, FinishReason, Usage
from .watch import STOP, Watch

# The time for the end of a body after [DONE]; a body read to its end frees its connection.
DRAIN_SECONDS = 0.1
# The time for the count of tokens after the last finish reason: some servers send neither [DONE]
# nor the end of the body.
GRACE_SECONDS = 2.0
# The same where a finish reason may not mean the end: text has come behind it, or none before it.
UNSURE_GRACE_SECONDS = 5.0


class CompletionStream:
    """The chunks of a completion, read in turn, with the outcome in its properties afterwards.

    There are no more when the completion has ended or was stopped. On an error it raises an
    UpstreamError, after the chunks that had arrived.
    """

    def __init__(self, watch: Watch, decoder: StreamDecoder) -> None:
        self.trace_id: str | None = None
        self._watch = watch
        self._decoder = decoder
        self.response: httpx.Response | None = None
        self._paused: asyncio.Transport | None = None
        self._ends_at: float | None = None

    @property
    def began(self) -> bool:
        """True if the server accepted the request: it responded with a status of success."""
        return self.response is not None

    @property
    def usage(self) -> Usage | None:
        """The latest usage."""
        return self._decoder.normaliser.usage

    @property
    def finish_reasons(self) -> dict[int, FinishReason | None]:
        """The finish reason of each choice so far, None while it has none."""
        return self._decoder.normaliser.finish_reasons

    @property
    def complete(self) -> bool:
        """True if every choice has a finish reason. False means an end by [DONE] alone."""
        return self._decoder.complete

    @property
    def done(self) -> bool:
        """True after [DONE]."""
        return self._decoder.done

    @property
    def skipped(self) -> str:
        """A description of the events that were skipped, without their content; "" if none were."""
        return self._decoder.skipped

    @property
    def has_gap(self) -> bool:
        """True if a part of the answer may be missing: what began as a chunk was broken."""
        return self._decoder.has_gap

    @property
    def stopped(self) -> bool:
        """True if the stop flag ended this stream."""
        return self._watch.verdict == STOP

    def begin(self, response: httpx.Response) -> None:
        """Start to read the body of a response."""
        self.trace_id = trace_id(response.headers)
        self.response = response
        self._watch.saw_life()
        self._watch.guard(response.aclose)

    def pause(self) -> None:
        """Leave what arrives in the buffers of the system until `resume`."""
        self._paused = pause(self.response) if self.response else None

    def resume(self) -> None:
        """Read what has arrived, for the next chunk."""
        if self._paused:
            resume(self._paused)
            self._paused = None

    async def aclose(self) -> None:
        """Release the connection: for reuse if the body has ended, closed if not."""
        if self.response is None:
            return
        if self._decoder.over and self._decoder.failure is None and not self.stopped:
            await self._drain()
        with suppress(*BROKEN):
            await self.response.aclose()

    async def read(self) -> list[Chunk]:
        """The next chunks: all that have arrived by then, none at the end. Raises UpstreamError."""
        if not await self._has_more():
            return []
        chunks = list(self._decoder.chunks)
        self._decoder.chunks.clear()
        return chunks

    async def _has_more(self) -> bool:
        """Read until there is a chunk; False at the end."""
        decoder, watch = self._decoder, self._watch
        watch.resume()
        self._set_end()
        while not decoder.chunks and not decoder.over and not self.stopped:
            await self._read()
        if self.stopped:
            return False
        if decoder.chunks:
            watch.hold()
            return True
        if decoder.failure is None:
            return False
        decoder.failure.trace_id = decoder.failure.trace_id or self.trace_id
        raise decoder.failure

    async def _read(self) -> None:
        decoder, watch = self._decoder, self._watch
        data = await (self._next_bytes() if self._ends_at is None else self._last_bytes())
        if watch.verdict not in {None, STOP} and not decoder.complete:
            decoder.fail(watch.timed_out(self.trace_id))
        elif data is None:
            decoder.end()
        else:
            watch.saw_life()
            decoder.feed(data)
            if decoder.has_words:
                watch.saw_word()
            if decoder.is_counted:
                decoder.end()
            elif self._ends_at is None:
                self._set_end()

    def _set_end(self) -> None:
        """Once every choice has ended, set the time by which the rest must come.

        Time that the caller takes is not the server's, so each chunk sets it anew.
        """
        decoder = self._decoder
        if decoder.complete:
            is_sure = decoder.has_words and not decoder.writes_on
            grace = GRACE_SECONDS if is_sure else UNSURE_GRACE_SECONDS
            self._ends_at = asyncio.get_running_loop().time() + grace

    async def _last_bytes(self) -> bytes | None:
        """Return the next bytes of a complete answer, None if there are none in time."""
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await self._next_bytes()
        except TimeoutError:
            return None

    async def _next_bytes(self) -> bytes | None:
        """Return the next bytes, None at the end, clean or not.

        The decoder decides from the events whether the completion is complete: a body without a
        length also ends cleanly if it is cut, and one that breaks after its last event has lost
        nothing.
        """
        if self.response is None or self._watch.verdict is not None:
            return None
        try:
            return await read(self.response) or None
        except BROKEN:
            return None

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while await self._next_bytes() is not None:
                    pass
