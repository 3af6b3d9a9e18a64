"""An answer that goes to its reader and nowhere else: for programs, whose content is not stored."""

import asyncio
from typing import NamedTuple, Protocol

from conversations.catalog.connections import Connections
from conversations.generation.message_run import finished
from conversations.generation.prompt import Call
from conversations.generation.writer import Run
from conversations.quotas.settlement import Used
from conversations.transcript import Finished
from conversations.upstream import Chunk, CompletionStream, InlineThinking, UpstreamError, Usage


class Ending(NamedTuple):
    """How an answer ended, after it was settled.

    ``used`` is None where somebody else had ended it. ``error`` is the upstream's, if it was that;
    ``usage`` is what the upstream counted, believed or not.
    """

    last: Finished
    used: Used | None = None
    error: UpstreamError | None = None
    usage: Usage | None = None


class Listener(Protocol):
    """Who hears an answer. Called on the event loop for every chunk: it must not wait."""

    @property
    def is_full(self) -> bool:
        """Whether so much is unread that the upstream had better wait."""

    def receive(self, chunk: Chunk) -> None:
        """Take the next chunk."""

    async def wait_for_room(self) -> None:
        """Wait until it is not full any more."""

    def end(self, ending: Ending) -> None:
        """Take the end, exactly one, which follows the last chunk."""


async def relay(run: Run, call: Call, listener: Listener, connections: Connections) -> Ending:
    """Ask the upstream and pass on what comes, until it ends or the run is stopped.

    As with every answer the task is never cancelled: stopping leaves the stream normally.
    """
    stream: CompletionStream | None = None
    error: UpstreamError | None = None
    inline_thinking: InlineThinking | None = "tagged" if call.model.inline_thinking else None
    try:
        async with (
            connections.place(call.model.provider, call.policy, run.stop) as upstream,
            upstream.stream(call.request, run.stop, inline_thinking=inline_thinking) as stream,
        ):
            run.began = stream.began
            async for chunk in stream:
                run.count(chunk, stream.text_bytes)
                listener.receive(chunk)
                if listener.is_full:
                    await _room(run, listener)
    except UpstreamError as failure:
        error = failure
    return Ending(finished(stream, error), error=error, usage=stream.usage if stream else None)


async def _room(run: Run, listener: Listener) -> None:
    waiting = [asyncio.ensure_future(each) for each in (listener.wait_for_room(), run.stop.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
