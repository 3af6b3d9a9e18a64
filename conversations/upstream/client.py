"""Client of one model server."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import httpx
import msgspec

from .address import check_base_url, check_header, secrets_in
from .address_policy import AddressPolicy
from .bounds import Caps, Clocks
from .decoder import StreamDecoder
from .dialects import GENERIC, Dialect, InlineThinking
from .error_responses import ErrorReader
from .exchange import Exchange
from .models_list import ListedModels, read_models
from .request import CompletionRequest
from .stream import CompletionStream
from .transport import open_transport
from .watch import STOP, Watch

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Upstream:
    """A model server that speaks ``POST /chat/completions``.

    Create one for each provider and reuse it: it holds the pool of connections. It uses nothing of
    the environment (proxies, .netrc), follows no redirect and stores no cookie.

    ``base_url`` ends before ``/chat/completions`` (``https://api.siliconflow.cn/v1``). ``headers``
    are sent with every request and count as secret. ``policy`` says which network addresses may be
    connected to; by default private ones may, metadata services never.
    Raises ValueError for an invalid address or header.
    """

    def __init__(  # noqa: PLR0913  (each is a field of a provider)
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        dialect: Dialect = GENERIC,
        clocks: Clocks | None = None,
        caps: Caps | None = None,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        policy: AddressPolicy | None = None,
    ) -> None:
        self.base_url = check_base_url(base_url)
        self.dialect = dialect
        self._clocks = clocks or Clocks()
        self._caps = caps or Caps()
        sent = dict(headers or {})
        if api_key:
            sent["Authorization"] = f"Bearer {api_key}"
        for name, value in sent.items():
            check_header(name, value)
        self._error_reader = ErrorReader(dialect, secrets_in(api_key, headers, proxy))
        self._exchange = Exchange(
            self.base_url,
            sent,
            error_reader=self._error_reader,
            connect_seconds=self._clocks.connect,
            wire_cap=self._caps.wire,
            transport=open_transport(proxy=proxy, policy=policy or AddressPolicy()),
        )

    def __repr__(self) -> str:
        return f"<Upstream {self.base_url} {self.dialect.name}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the pool."""
        await self._exchange.aclose()

    @asynccontextmanager
    async def stream(
        self,
        request: CompletionRequest,
        stop: asyncio.Event | None = None,
        *,
        inline_thinking: InlineThinking | None = None,
    ) -> AsyncIterator[CompletionStream]:
        """Request a completion and yield its stream.

        Setting ``stop`` ends the reading promptly at any stage, the wait for the headers
        included, and closes the connection; no task is cancelled. Raises UpstreamError on entering
        when the server does not respond or refuses, and from the reading when the stream fails.
        """
        body = msgspec.structs.replace(request, stream=True).to_wire(self.dialect)
        async with Watch(self._clocks, stop) as watch:
            stream = CompletionStream(watch, self._decoder(request, inline_thinking))
            try:
                response = await _guarded(
                    watch, self._exchange.post(body, reuse=self.dialect.reuse_streams)
                )
                if response is not None:
                    stream.begin(response)
                yield stream
            finally:
                await stream.aclose()
                if stream.skipped:
                    logger.info(
                        "A stream of %s at %s skipped %s. Trace id: %s",
                        request.model,
                        self.base_url,
                        stream.skipped,
                        stream.trace_id,
                    )

    async def models(self) -> ListedModels:
        """Return the ids of the models that the server lists."""
        async with Watch(self._clocks, whole=True) as watch:
            listed = await _guarded(watch, self._exchange.get_whole("/models"))
        return read_models(listed)

    def _decoder(
        self, request: CompletionRequest, inline_thinking: InlineThinking | None
    ) -> StreamDecoder:
        return StreamDecoder(
            error_reader=self._error_reader,
            caps=self._caps,
            choices=request.n or 1,
            functions=frozenset(tool.name for tool in request.tools),
            inline_thinking=inline_thinking or self.dialect.inline_thinking,
        )


async def _guarded(watch: Watch, work: Coroutine[Any, Any, T]) -> T | None:
    """Run work that the watch may interrupt; None if it was stopped.

    The work runs in a task of its own, since waiting for headers can be interrupted only by
    cancellation, and the caller's task must not be cancelled. aiohttp's pool survives that.
    """
    if watch.verdict == STOP:
        work.close()
        return None
    task = asyncio.create_task(work, name="upstream-call")

    async def cancel() -> None:
        task.cancel()

    watch.guard(cancel)
    try:
        await asyncio.wait([task])
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            await _dispose(task)
    if not task.cancelled():
        return task.result()
    if watch.verdict == STOP:
        return None
    raise watch.timed_out()


async def _dispose(task: asyncio.Task[Any]) -> None:
    """Close a response that arrived after the call was interrupted."""
    if not task.cancelled() and task.exception() is None:
        result = task.result()
        if isinstance(result, httpx.Response):
            await result.aclose()
