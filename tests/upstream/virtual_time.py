"""Time that passes at once: minutes of a server's silence, in a moment and exactly."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx

from conversations.upstream import Chunk, Clocks, TimedOut, UpstreamError
from conversations.upstream.client import _guarded
from conversations.upstream.decoder import StreamDecoder
from conversations.upstream.stream import CompletionStream
from conversations.upstream.transport import RECEIVED
from conversations.upstream.watch import Watch

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that does not wait for its next timer but sets its clock to it."""

    def __init__(self) -> None:
        super().__init__()
        self._passed = 0.0
        select = self._selector.select  # type: ignore[attr-defined]

        def at_once(timeout: float | None) -> Any:
            self._passed += timeout or 0.0
            return select(None if timeout is None else 0)

        self._selector.select = at_once  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._passed


def run_at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class Body(httpx.AsyncByteStream):
    """The body of a response: bytes, and numbers of seconds of silence between them.

    It is read as aiohttp's bodies are.
    """

    connection = None

    def __init__(self, steps: tuple[bytes | float, ...]) -> None:
        self.content = self
        self._steps = list(steps)
        self._closed = asyncio.Event()

    async def read(self, _most: int) -> bytes:
        while self._steps:
            step = self._steps.pop(0)
            if isinstance(step, bytes):
                return step
            await self._silence(step)
        return b""

    def exception(self) -> None:
        return None

    async def _silence(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            return
        raise httpx.ReadError("closed by us")

    async def aclose(self) -> None:
        self._closed.set()


class Heard:
    """The text of an answer, its error and the virtual seconds that it took."""

    def __init__(self) -> None:
        self.text = ""
        self.error: UpstreamError | None = None
        self.seconds = 0.0

    @property
    def clock(self) -> str:
        """The clock that ran out; "" if none did."""
        return self.error.clock if isinstance(self.error, TimedOut) else ""

    def take(self, chunk: Chunk) -> None:
        for choice in chunk.choices:
            self.text += (choice.delta.reasoning_content or "") + (choice.delta.content or "")


def hear(
    *steps: bytes | float,
    before_headers: float = 0.0,
    clocks: Clocks | None = None,
    reader_takes: float = 0.0,
) -> Heard:
    """Read a stream whose server sends these bytes, silent for these seconds between them."""
    return run_at_once(_hear(steps, before_headers, clocks or Clocks(), reader_takes))


async def _hear(
    steps: tuple[bytes | float, ...], before_headers: float, clocks: Clocks, reader_takes: float
) -> Heard:
    async def respond() -> httpx.Response:
        await asyncio.sleep(before_headers)
        body = Body(steps)
        return httpx.Response(200, stream=body, extensions={RECEIVED: body})

    heard = Heard()
    now: Callable[[], float] = asyncio.get_running_loop().time
    try:
        async with Watch(clocks) as watch:
            stream = CompletionStream(watch, StreamDecoder())
            response = await _guarded(watch, respond())
            assert response is not None
            stream.begin(response)
            while chunks := await stream.read():
                for chunk in chunks:
                    heard.take(chunk)
                await asyncio.sleep(reader_takes)
    except UpstreamError as error:
        heard.error = error
    heard.seconds = now()
    return heard
