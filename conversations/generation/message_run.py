"""Runs a generation of messages: from the upstream's chunks to logged events."""

import asyncio
from collections.abc import Sequence

from django.utils.translation import gettext as _

from conversations.catalog.connections import Connections
from conversations.catalog.line import Arrival
from conversations.generation import upstream_words
from conversations.generation.echo import EchoFilter
from conversations.generation.error_texts import failure_of
from conversations.generation.leases import Leases
from conversations.generation.prompt import Call
from conversations.generation.run import Run
from conversations.generation.writer import Writer
from conversations.models import Provider
from conversations.transcript import (
    Cause,
    Delta,
    Event,
    Finished,
    Notice,
    TokenCounts,
    Waiting,
    from_chunk,
)
from conversations.upstream import (
    Chunk,
    CompletionStream,
    InlineThinking,
    Truncated,
    UpstreamError,
    Usage,
)


class MessageRun:
    """Reads one completion stream and appends its events to the log."""

    def __init__(self, run: Run, writer: Writer, leases: Leases) -> None:
        self._run = run
        self._writer = writer
        self._leases = leases
        self._echo = EchoFilter("")
        self._has_written = False

    async def add_notices(self, notices: list[str]) -> None:
        """Append notices to the user, such as a lowered ``max_tokens``."""
        if notices:
            events = [Notice("adjusted", notice) for notice in notices]
            await self._writer.append(self._run, events)

    async def relay(self, call: Call, connections: Connections) -> Finished:
        """Read the upstream's stream into the log, until it ends or the run is stopped.

        The task is never cancelled: a stop ends the stream normally, so that its connection is
        released.
        """
        self._echo = EchoFilter(call.echo)
        stream: CompletionStream | None = None
        stop, provider = self._run.stop, call.model.provider
        inline_thinking: InlineThinking | None = "tagged" if call.model.inline_thinking else None
        try:
            async with (
                connections.place(provider, call.policy, self._arrival(provider)) as upstream,
                upstream.stream(call.request, stop, inline_thinking=inline_thinking) as stream,
            ):
                self._run.began = stream.began
                while chunks := await stream.read():
                    if not await self._pass_on(chunks, stream):
                        return await self._cut(stream)
                    await self._writer.beat.rest(stream)
        except UpstreamError as error:
            upstream_words.keep(error, self._run, call)
            return await self._ended(stream, error)
        return await self._ended(stream, None)

    def _arrival(self, provider: Provider) -> Arrival:
        # On the page an answer waits for as long as one may take: by then the others have ended.
        until = asyncio.get_running_loop().time() + provider.total_seconds
        return Arrival(self._run.owner, self._run.stop, until, self._tell)

    async def _tell(self, place: int) -> None:
        await self._writer.append(self._run, [Waiting(place)])

    async def _cut(self, stream: CompletionStream) -> Finished:
        await self._ended(stream, None)
        if refusal := self._run.lease.refusal:
            await self._writer.append(self._run, [Notice("limit", refusal)])
        return cut(self._run)

    async def _pass_on(self, chunks: Sequence[Chunk], stream: CompletionStream) -> bool:
        """Append the events of chunks; False where a limit cuts the answer."""
        run = self._run
        events: list[Event] = []
        for chunk in chunks:
            if stream.stopped:
                break
            run.count(chunk)
            events += self._events_of(chunk)
            if run.needs_more:
                await self._append(events)
                events = []
                if not await self._leases.allows(run):
                    return False
        await self._append(events)
        await run.pace.keep(chunks)
        return True

    def _events_of(self, chunk: Chunk) -> list[Event]:
        events = from_chunk(chunk, self._run.elapsed_ms())
        return [event for event in map(self._without_echo, events) if event]

    async def _append(self, events: Sequence[Event]) -> None:
        if events:
            is_first, self._has_written = not self._has_written, True
            await self._writer.append(self._run, events, is_first=is_first)

    def _without_echo(self, event: Event) -> Event | None:
        if not isinstance(event, Delta) or not event.content:
            return event
        content = self._echo.feed(event.content)
        return Delta(choice=event.choice, content=content) if content else None

    async def _ended(
        self, stream: CompletionStream | None, error: UpstreamError | None
    ) -> Finished:
        if held := self._echo.flush():
            await self._writer.append(self._run, [Delta(content=held)])
        if stream and stream.has_gap:
            gap = _("The model's server sent something that cannot be read: a part may be missing.")
            await self._writer.append(self._run, [Notice("gap", gap)])
        return finished(stream, error)


def finished(stream: CompletionStream | None, error: UpstreamError | None) -> Finished:
    """Return the last event of a generation; ``stream`` is None if none was opened."""
    return Finished(
        cause=_cause(stream, error),
        finish_reasons=_finish_reasons(stream),
        usage=_token_counts(stream.usage if stream else None),
        error=failure_of(error) if error else None,
    )


def cut(run: Run) -> Finished:
    """Return the last event of a run that a limit cut: what it has counts, and no more.

    The server may have sent more by then, and even the end, which nobody was shown.
    """
    known = run.finish_reasons
    reasons = {str(number): str(known.get(number, "length")) for number in range(run.choices)}
    return Finished(cause="completed", finish_reasons=reasons, usage=_token_counts(run.usage))


def _cause(stream: CompletionStream | None, error: UpstreamError | None) -> Cause:
    if error:
        return "interrupted" if isinstance(error, Truncated) else "failed"
    return "stopped" if stream is None or stream.stopped else "completed"


def _finish_reasons(stream: CompletionStream | None) -> dict[str, str]:
    reasons = stream.finish_reasons if stream else {}
    return {str(choice): reason for choice, reason in reasons.items() if reason}


def _token_counts(usage: Usage | None) -> TokenCounts | None:
    if usage is None:
        return None
    return TokenCounts(usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
