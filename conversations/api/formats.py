"""The two formats of a completion at ``/v1``: a stream of events, and one JSON object."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import msgspec

from conversations.api import wire
from conversations.api.calls import TODAYS_CALLS, CallForm
from conversations.api.errors import ApiError
from conversations.upstream import Chunk, ChunkChoice, ToolCallDelta

DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"


class Identity(NamedTuple):
    """The id, the time of creation (Unix seconds) and the model of a completion."""

    id: str
    created: int
    model: str


def sign_of_life(place: int) -> bytes:
    """The comment of a stream that waits at this place in a line; 0 for none."""
    return f": waiting, place {place}\n\n".encode() if place else PING


class Format(Protocol):
    """The encoder of one completion. Returned bytes are final; a chunk may add none.

    ``takes_comments`` is true for one with signs of life, which readers skip.
    """

    content_type: str
    takes_comments: bool

    def write_chunk(self, chunk: Chunk) -> bytes:
        """The bytes that a chunk of the upstream adds."""

    def write_end(self, finish_reasons: dict[int, str], usage: wire.Usage) -> bytes:
        """The end of a complete answer."""

    def write_error(self, error: ApiError) -> bytes:
        """The end of an answer that broke off after its first byte."""


def error_event(error: ApiError) -> bytes:
    """The event of a stream that says why it ends here."""
    return b"data: " + wire.encode(error.envelope()) + b"\n\n"


class StreamFormat:
    """Server-sent events: ``data: {json}`` lines, comments, and nothing else.

    The role of each choice comes first, in the order of the choices; finish reasons, and then the
    usage if it was asked for, come last.
    """

    content_type = "text/event-stream"
    takes_comments = True

    def __init__(
        self,
        identity: Identity,
        choices: int,
        *,
        include_usage: bool,
        calls: CallForm = TODAYS_CALLS,
    ) -> None:
        head = wire.encode(wire.Head(object="chat.completion.chunk", **identity._asdict()))
        self._before = b"data: " + head[:-1] + b',"choices":['
        # OpenAI's own stream has a null on every chunk but the last if usage was asked for.
        self._after = b'],"usage":null}\n\n' if include_usage else b"]}\n\n"
        self._choices = choices
        self._calls = calls
        self._include_usage = include_usage
        self._is_open = False

    def write_chunk(self, chunk: Chunk) -> bytes:
        """A line for each choice with a delta."""
        # Logprobs may come for tokens whose text is held back.
        lines = [
            self._delta(each) for each in chunk.choices if not each.delta.is_empty or each.logprobs
        ]
        # A server may send choices that were not asked for; clients fail on those.
        lines = [line for line in lines if line]
        return b"".join([*self._opening(), *lines]) if lines else b""

    def write_end(self, finish_reasons: dict[int, str], usage: wire.Usage) -> bytes:
        """The finish reasons, the usage, and [DONE]."""
        reasons = [
            self._calls.reason(_reason(index, finish_reasons)) for index in range(self._choices)
        ]
        lines = [
            self._line(wire.ChunkChoice(index, wire.Delta(), finish_reason=reason))
            for index, reason in enumerate(reasons)
        ]
        if self._include_usage:
            lines.append(self._before + b'],"usage":' + wire.encode(usage) + b"}\n\n")
        return b"".join([*self._opening(), *lines, DONE])

    def write_error(self, error: ApiError) -> bytes:
        """An event with the error, and no [DONE] after it."""
        return error_event(error)

    def _opening(self) -> Iterator[bytes]:
        if not self._is_open:
            self._is_open = True
            role = wire.Delta(role="assistant", content="")
            for index in range(self._choices):
                yield self._line(wire.ChunkChoice(index, role))

    def _delta(self, choice: ChunkChoice) -> bytes:
        if choice.index >= self._choices:
            return b""
        delta = choice.delta
        piece = wire.Delta(
            content=delta.content,
            reasoning_content=delta.reasoning_content,
            **self._calls.pieces(delta.tool_calls),
        )
        logprobs = wire.logprobs_of(choice.logprobs)
        return self._line(wire.ChunkChoice(choice.index, piece, logprobs))

    def _line(self, choice: wire.ChunkChoice) -> bytes:
        return self._before + wire.encode(choice) + self._after


class _Choice:
    """One choice of a JSON reply, assembled from its chunks."""

    def __init__(self) -> None:
        self.content: list[str] = []
        self.reasoning: list[str] = []
        self.calls: list[list[ToolCallDelta]] = []
        self.logprobs: list[wire.TokenLogprob] = []

    def take(self, choice: ChunkChoice) -> None:
        """Add a chunk."""
        self.content.append(choice.delta.content or "")
        self.reasoning.append(choice.delta.reasoning_content or "")
        for call in choice.delta.tool_calls:
            # Indexes count from 0 without gaps; the first piece has the id and the name.
            self.calls[call.index : call.index + 1] = [[*self._pieces(call.index), call]]
        if logprobs := wire.logprobs_of(choice.logprobs):
            self.logprobs += logprobs.content or ()

    def _pieces(self, index: int) -> list[ToolCallDelta]:
        return self.calls[index] if index < len(self.calls) else []

    def assembled(self, index: int, finish_reason: str, form: CallForm) -> wire.Choice:
        """The choice for the reply."""
        content, reasoning = "".join(self.content), "".join(self.reasoning)
        message = wire.Message(
            role="assistant",
            # Beside tool calls, the schema has null for an empty content.
            content=content or (None if self.calls else ""),
            reasoning_content=reasoning or msgspec.UNSET,
            **form.whole(self.calls),
        )
        logprobs = wire.Logprobs(self.logprobs) if self.logprobs else None
        return wire.Choice(index, message, form.reason(finish_reason), logprobs)


class JsonFormat:
    """One JSON object, written at the end."""

    content_type = "application/json"
    takes_comments = False

    def __init__(self, identity: Identity, choices: int, *, calls: CallForm = TODAYS_CALLS) -> None:
        self._identity = identity
        self._calls = calls
        self._choices = [_Choice() for _ in range(choices)]

    def write_chunk(self, chunk: Chunk) -> bytes:
        """No bytes: the chunk is stored until the end."""
        for choice in chunk.choices:
            if choice.index < len(self._choices):
                self._choices[choice.index].take(choice)
        return b""

    def write_end(self, finish_reasons: dict[int, str], usage: wire.Usage) -> bytes:
        """The completion."""
        return wire.encode(
            {
                **self._identity._asdict(),
                "object": "chat.completion",
                "choices": self.choices(finish_reasons),
                "usage": usage,
            }
        )

    def choices(self, finish_reasons: dict[int, str]) -> list[wire.Choice]:
        """The choices so far, complete or not."""
        return [
            choice.assembled(index, _reason(index, finish_reasons), self._calls)
            for index, choice in enumerate(self._choices)
        ]

    def write_error(self, error: ApiError) -> bytes:
        """No bytes: nothing was sent before, so the reply gets an error status."""
        return b""


def _reason(index: int, finish_reasons: dict[int, str]) -> str:
    # A stream that ends properly without a reason has stopped by itself.
    return finish_reasons.get(index, "stop")
