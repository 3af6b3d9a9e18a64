"""Runs a generation of an API request: chunks go to its listener, which says what is stored."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from django.db import transaction

from conversations.catalog.connections import Connections
from conversations.catalog.line import Arrival
from conversations.generation import log, upstream_words
from conversations.generation.beat import Beat
from conversations.generation.leases import Leases
from conversations.generation.lifecycle import UpstreamTrace, finish_api_run
from conversations.generation.message_run import cut, finished
from conversations.generation.prompt import Call
from conversations.generation.run import Run
from conversations.quotas.settlement import Used
from conversations.quotas.tokens import request_size
from conversations.transcript import Finished
from conversations.upstream import (
    Chunk,
    CompletionStream,
    ContextOverflow,
    InlineThinking,
    UpstreamError,
    Usage,
)


class Ending(NamedTuple):
    """The outcome of a run, after its settlement.

    ``used`` is None if something else had ended the generation before. ``error`` is the upstream's,
    if it failed; ``usage`` is the upstream's count, even if settlement did not accept it.
    """

    last: Finished
    used: Used | None = None
    error: UpstreamError | None = None
    usage: Usage | None = None


class Record(Protocol):
    """The part of a reply in the log, by which every process can send it."""

    def begin(self, keep: Callable[[Any], None]) -> None:
        """Call ``keep`` with each part of the reply from now on."""

    def encoded(self, parts: Sequence[Any]) -> list[str]:
        """The payloads of some parts."""

    def close(self) -> None:
        """Keep no more parts: what follows is the end."""

    def last(self, ending: Ending) -> str:
        """The payload of the end. Called on a thread, before the listener's own ``end``."""


class Listener(Protocol):
    """Receiver of chunks. It is called on the event loop for every chunk, and must not wait."""

    @property
    def record(self) -> Record | None:
        """Its part in the log, if there is one."""

    @property
    def is_full(self) -> bool:
        """True if so much is unread that reading the upstream should pause."""

    def wait(self, place: int) -> None:
        """Note the run's place in the line before its provider, 0 out of it."""

    def receive(self, chunk: Chunk) -> None:
        """Accept the next chunk."""

    async def wait_for_room(self) -> None:
        """Wait until it is no longer full."""

    def end(self, ending: Ending) -> None:
        """Accept the outcome, once, after the last chunk."""


class Shared(NamedTuple):
    """The means that all runs of the process share."""

    connections: Connections
    leases: Leases
    beat: Beat


async def relay(run: Run, call: Call, listener: Listener, shared: Shared) -> Ending:
    """Pass the upstream's stream to the listener, until it ends or the run is stopped.

    As in every run, the task is never cancelled: a stop ends the stream normally.
    """
    stream: CompletionStream | None = None
    error: UpstreamError | None = None

    async def tell(place: int) -> None:
        listener.wait(place)

    arrival = Arrival(run.owner, run.stop, run.place_until, tell)
    inline_thinking: InlineThinking | None = "tagged" if call.model.inline_thinking else None
    try:
        async with (
            shared.connections.place(call.model.provider, call.policy, arrival) as upstream,
            upstream.stream(call.request, run.stop, inline_thinking=inline_thinking) as stream,
        ):
            run.began = stream.began
            while chunks := await stream.read():
                for chunk in chunks:
                    if stream.stopped:
                        break
                    run.count(chunk)
                    listener.receive(chunk)
                    if run.needs_more and not await shared.leases.allows(run):
                        return Ending(cut(run), usage=run.usage)
                    if listener.is_full:
                        await _wait_for_room(run, listener)
                await run.pace.keep(chunks)
                await shared.beat.rest_among_many(stream)
    except UpstreamError as failure:
        upstream_words.keep(failure, run, call)
        _add_lengths(failure, call)
        error = failure
    return Ending(finished(stream, error), error=error, usage=stream.usage if stream else None)


def finish(run: Run, ending: Ending, record: Record | None) -> Used | None:
    """End the generation, and its record with it; return its usage as `finish_api_run` does."""
    trace = UpstreamTrace(run.upstream_id, run.upstream_words)
    with transaction.atomic():
        used = finish_api_run(
            run.generation_id, run.epoch, ending.last, run.measured, trace=trace
        )  # fmt: skip
        if record and used:
            last = record.last(ending._replace(used=used))
            log.insert([log.Entry(run.generation_id, run.seq + 1, last)])
    return used


def _add_lengths(error: UpstreamError, call: Call) -> None:
    """Add what this site knows to an overflow whose server gives no numbers.

    Clients read both as a comparison, so a number that would contradict the other is left out.
    """
    if not isinstance(error, ContextOverflow):
        return
    prompt, ours = error.prompt_tokens, call.model.context_length
    asked = (prompt or 0) + (error.answer_tokens or 0)
    if error.limit is None and ours and (prompt is None or asked > ours):
        error.limit = ours
    if prompt is None and error.limit:
        estimate = request_size(call.request, call.model).estimate
        error.prompt_tokens = estimate if estimate > error.limit else None


async def _wait_for_room(run: Run, listener: Listener) -> None:
    waiting = [asyncio.ensure_future(each) for each in (listener.wait_for_room(), run.stop.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
