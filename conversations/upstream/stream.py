"""One streamed answer, read chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import httpx

from .decoder import StreamDecoder
from .error_responses import trace_id
from .types import Chunk, FinishReason, Usage
from .watch import STOP, Watch

# How long the end of a body may take after [DONE]; a body read to its end frees its connection.
DRAIN_SECONDS = 0.1

BROKEN = (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError)


class CompletionStream:
    """Iterate over it for Chunks; ask it afterwards what came of it.

    Iteration ends when the answer is over or was stopped. Otherwise it raises an UpstreamError,
    after the chunks that did arrive.
    """

    def __init__(self, watch: Watch, decoder: StreamDecoder) -> None:
        self.trace_id: str | None = None
        self._watch = watch
        self._decoder = decoder
        self._response: httpx.Response | None = None
        self._bytes: AsyncIterator[bytes] | None = None

    @property
    def began(self) -> bool:
        """Whether the server took the request up: it has answered with a status of success."""
        return self._response is not None

    @property
    def usage(self) -> Usage | None:
        """The latest usage."""
        return self._decoder.normaliser.usage

    @property
    def finish_reasons(self) -> dict[int, FinishReason | None]:
        """The finish reason of each choice seen, None where it has none."""
        return self._decoder.normaliser.finish_reasons

    @property
    def text_bytes(self) -> int:
        """How many bytes of content, reasoning and tool arguments have been read."""
        return self._decoder.text_bytes

    @property
    def complete(self) -> bool:
        """Whether every choice has a finish reason. False flags an end by [DONE] alone."""
        return self._decoder.complete

    @property
    def done(self) -> bool:
        """Whether [DONE] was seen."""
        return self._decoder.done

    @property
    def stopped(self) -> bool:
        """Whether the stop flag ended this answer."""
        return self._watch.verdict == STOP

    def begin(self, response: httpx.Response) -> None:
        """Take the response whose body is the answer."""
        self.trace_id = trace_id(response.headers)
        self._response = response
        self._bytes = response.aiter_raw()
        self._watch.saw_bytes()
        self._watch.guard(response.aclose)

    async def aclose(self) -> None:
        """Let go of the connection: kept if the body has ended, closed if not."""
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
        payloads = self._decoder.payloads
        data = await self._next_bytes()
        if self._watch.verdict not in {None, STOP}:
            self._decoder.fail(self._watch.timed_out(self.trace_id))
        elif data is None:
            self._decoder.end()
        else:
            self._watch.saw_bytes()
            self._decoder.feed(data)
            if self._decoder.payloads != payloads:
                self._watch.saw_payload()

    async def _next_bytes(self) -> bytes | None:
        """Give what arrives next, None at the end, be it clean or not.

        Whether the answer is whole shows in what arrived: a body without a length that is cut
        short ends cleanly too, and one that breaks after its last event has lost nothing.
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
