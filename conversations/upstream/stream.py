"""One completion stream, read chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import httpx

from .decoder import StreamDecoder
from .error_responses import trace_id
from .types import Chunk, FinishReason, Usage
from .watch import STOP, Watch

# The time for the end of a body after [DONE]; a body read to its end frees its connection.
DRAIN_SECONDS = 0.1

BROKEN = (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError)


class CompletionStream:
    """An async iterator of Chunks, with the outcome in its properties afterwards.

    Iteration ends when the completion has ended or was stopped. On an error it raises an
    UpstreamError, after the chunks that had arrived.
    """

    def __init__(self, watch: Watch, decoder: StreamDecoder) -> None:
        self.trace_id: str | None = None
        self._watch = watch
        self._decoder = decoder
        self._response: httpx.Response | None = None
        self._bytes: AsyncIterator[bytes] | None = None

    @property
    def began(self) -> bool:
        """True if the server accepted the request: it responded with a status of success."""
        return self._response is not None

    @property
    def usage(self) -> Usage | None:
        """The latest usage."""
        return self._decoder.normaliser.usage

    @property
    def finish_reasons(self) -> dict[int, FinishReason | None]:
        """The finish reason of each choice so far, None while it has none."""
        return self._decoder.normaliser.finish_reasons

    @property
    def text_bytes(self) -> int:
        """Bytes of content, reasoning and tool arguments so far."""
        return self._decoder.text_bytes

    @property
    def complete(self) -> bool:
        """True if every choice has a finish reason. False means an end by [DONE] alone."""
        return self._decoder.complete

    @property
    def done(self) -> bool:
        """True after [DONE]."""
        return self._decoder.done

    @property
    def stopped(self) -> bool:
        """True if the stop flag ended this stream."""
        return self._watch.verdict == STOP

    def begin(self, response: httpx.Response) -> None:
        """Start to read the body of a response."""
        self.trace_id = trace_id(response.headers)
        self._response = response
        self._bytes = response.aiter_raw()
        self._watch.saw_life()
        self._watch.guard(response.aclose)

    async def aclose(self) -> None:
        """Release the connection: for reuse if the body has ended, closed if not."""
        if self._response is None:
            return
        if self.done and not self.stopped:
            await self._drain()
        with suppress(*BROKEN):
            await self._response.aclose()

    def __aiter__(self) -> "CompletionStream":
        return self

    async def __anext__(self) -> Chunk:
        decoder, watch = self._decoder, self._watch
        watch.resume()
        while not decoder.chunks and not decoder.over and not self.stopped:
            await self._read()
        if self.stopped:
            raise StopAsyncIteration
        if decoder.chunks:
            watch.hold()
            return decoder.chunks.popleft()
        if decoder.failure is None:
            raise StopAsyncIteration
        decoder.failure.trace_id = decoder.failure.trace_id or self.trace_id
        raise decoder.failure

    async def _read(self) -> None:
        data = await self._next_bytes()
        if self._watch.verdict not in {None, STOP}:
            self._decoder.fail(self._watch.timed_out(self.trace_id))
        elif data is None:
            self._decoder.end()
        else:
            self._watch.saw_life()
            self._decoder.feed(data)
            if self._decoder.has_words:
                self._watch.saw_word()

    async def _next_bytes(self) -> bytes | None:
        """Return the next bytes, None at the end, clean or not.

        The decoder decides from the events whether the completion is complete: a body without a
        length also ends cleanly if it is cut, and one that breaks after its last event has lost
        nothing.
        """
        if self._bytes is None or self._watch.verdict is not None:
            return None
        try:
            return await anext(self._bytes, None)
        except BROKEN:
            return None

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while await self._next_bytes() is not None:
                    pass
