"""The events of a generation, and the fold that makes a message from them.

docs/protocol.md describes the events. ``static/js/state/transcript.js`` is the fold in JavaScript;
``tests/transcripts.json`` tests that both give the same results.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self, TypeAlias

import msgspec

from conversations import upstream

Cause = Literal["completed", "stopped", "interrupted", "failed"]


class ToolCallPiece(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of one tool call: ``index`` identifies the call, ``arguments`` is appended to it.

    ``extra`` holds keys of the provider that must be sent back unchanged.
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    extra: dict[str, Any] = {}


class TokenCounts(msgspec.Struct, frozen=True):
    """Token counts of a whole generation, from the provider."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Failure(msgspec.Struct, frozen=True):
    """The error of a generation: a stable ``code`` and a ``message`` for users."""

    code: str
    message: str


class Delta(msgspec.Struct, frozen=True, tag_field="type", tag="delta", omit_defaults=True):
    """Text or tool calls that arrived for one choice.

    Reasoning has the time at which it came, ``at_ms`` after the generation's creation. Nothing is
    made of the time of anything else, and without it a token in a frame is a tenth shorter.
    """

    choice: int = 0
    at_ms: int = 0
    content: str = ""
    reasoning_content: str = ""
    tool_calls: tuple[ToolCallPiece, ...] = ()


class UsageReported(msgspec.Struct, frozen=True, tag_field="type", tag="usage"):
    """The provider's count so far. It replaces the previous one and is never added to it."""

    usage: TokenCounts


class Notice(msgspec.Struct, frozen=True, tag_field="type", tag="notice"):
    """A message to the user about this answer, such as a lowered ``max_tokens``."""

    code: str
    message: str


class Waiting(msgspec.Struct, frozen=True, tag_field="type", tag="waiting"):
    """The place of the generation in the line before its provider: 1 is next, 0 is out of it."""

    place: int


class Finished(msgspec.Struct, frozen=True, tag_field="type", tag="finished"):
    """The last event, exactly one. The keys of ``finish_reasons`` are choice numbers as text."""

    cause: Cause
    finish_reasons: dict[str, str] = {}
    usage: TokenCounts | None = None
    error: Failure | None = None


Event: TypeAlias = Delta | UsageReported | Notice | Waiting | Finished

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


def encode(event: Event) -> str:
    """Return the event as JSON text, the form in the log and on the socket."""
    return _encoder.encode(event).decode()


def decode(payload: str) -> Event:
    """Return the event of a payload from :func:`encode`."""
    return _decoder.decode(payload)


def from_chunk(chunk: upstream.Chunk, at_ms: int) -> list[Event]:
    """Return the events of one normalised chunk, ``at_ms`` after the generation's creation.

    Usage and finish reasons are in the ``finished`` event only: some providers repeat them in
    every chunk.
    """
    return [
        delta for choice in chunk.choices for delta in _deltas(choice.index, choice.delta, at_ms)
    ]


def _deltas(choice: int, delta: upstream.Delta, at_ms: int) -> Iterator[Delta]:
    if delta.reasoning_content:
        yield Delta(choice=choice, at_ms=at_ms, reasoning_content=delta.reasoning_content)
    if delta.content:
        yield Delta(choice=choice, content=delta.content)
    for call in delta.tool_calls:
        piece = ToolCallPiece(
            index=call.index,
            id=call.id or "",
            name=call.name or "",
            arguments=call.arguments,
            extra=dict(call.extra),
        )
        yield Delta(choice=choice, tool_calls=(piece,))


def join(events: Sequence[Event]) -> list[Event]:
    """Join neighbouring deltas of the same choice and kind, before they are numbered.

    Of neighbouring counts or places only the last is left. Deltas of different tool calls are not
    joined. A joined delta has the time of its last part, so
    that the end of the reasoning stays exact.
    """
    joined: list[Event] = []
    for event in events:
        if joined and (merged := _merged(joined[-1], event)):
            joined[-1] = merged
        else:
            joined.append(event)
    return joined


def _merged(first: Event, second: Event) -> Event | None:
    for replaced in (UsageReported, Waiting):
        if isinstance(first, replaced) and isinstance(second, replaced):
            return second
    if not (isinstance(first, Delta) and isinstance(second, Delta)):
        return None
    if first.choice != second.choice or _kind(first) != _kind(second):
        return None
    if _kind(first) == "tool_calls":
        return _merged_tool_calls(first, second)
    return msgspec.structs.replace(
        second,
        content=first.content + second.content,
        reasoning_content=first.reasoning_content + second.reasoning_content,
    )


def _kind(delta: Delta) -> str:
    # Asked for each token: a loop over the three would cost three times as much.
    if delta.content:
        return "" if delta.reasoning_content or delta.tool_calls else "content"
    if delta.reasoning_content:
        return "" if delta.tool_calls else "reasoning_content"
    return "tool_calls" if delta.tool_calls else ""


def _merged_tool_calls(first: Delta, second: Delta) -> Delta | None:
    if len(first.tool_calls) != 1 or len(second.tool_calls) != 1:
        return None
    before, after = first.tool_calls[0], second.tool_calls[0]
    if before.index != after.index or after.id or after.name or after.extra:
        return None
    piece = msgspec.structs.replace(before, arguments=before.arguments + after.arguments)
    return msgspec.structs.replace(second, tool_calls=(piece,))


class ToolCallTranscript(msgspec.Struct):
    """One tool call so far; ``arguments`` is JSON text and may be incomplete."""

    id: str = ""
    name: str = ""
    arguments: str = ""
    extra: dict[str, Any] = {}

    @classmethod
    def from_wire(cls, call: Mapping[str, Any]) -> Self:
        """Return a call of a message's ``tool_calls``, which has the form of the wire."""
        extra = {key: value for key, value in call.items() if key not in ("id", "type", "function")}
        function = call["function"]
        return cls(call["id"], function["name"], function["arguments"], extra)

    def to_wire(self) -> dict[str, object]:
        """Return the call in the form of the wire, with the arguments so far.

        What is added to them later is appended, so no object stands in for empty ones.
        """
        function = {"name": self.name, "arguments": self.arguments}
        return {**self.extra, "id": self.id, "type": "function", "function": function}


class ChoiceTranscript(msgspec.Struct):
    """One choice so far. Times are in milliseconds since the generation's creation."""

    content: str = ""
    reasoning_content: str = ""
    reasoning_from_ms: int | None = None
    reasoning_to_ms: int | None = None
    tool_calls: list[ToolCallTranscript] = []
    finish_reason: str = ""

    @property
    def reasoning_ms(self) -> int | None:
        """The duration of the reasoning, from its first delta to its last."""
        if self.reasoning_from_ms is None or self.reasoning_to_ms is None:
            return None
        return self.reasoning_to_ms - self.reasoning_from_ms


class Transcript(msgspec.Struct):
    """The text and the state of a generation so far: the value of the fold.

    ``place`` is its place in the line while it waits, else None.
    """

    choices: dict[int, ChoiceTranscript] = {}
    usage: TokenCounts | None = None
    notices: list[str] = []
    place: int | None = None
    cause: Cause | None = None
    error: Failure | None = None

    def choice(self, number: int) -> ChoiceTranscript:
        """Return the choice of that number, an empty one if nothing of it has arrived."""
        return self.choices.setdefault(number, ChoiceTranscript())


def fold(events: Iterable[Event], start: Transcript | None = None) -> Transcript:
    """Return the transcript of ``events`` in order; it changes and returns ``start`` if given."""
    transcript = start or Transcript()
    for event in events:
        apply(transcript, event)
    return transcript


def apply(transcript: Transcript, event: Event) -> Transcript:
    """Add ``event`` to ``transcript`` in place, and return it."""
    match event:
        case Delta():
            transcript.place = None
            _apply_delta(transcript.choice(event.choice), event)
        case UsageReported():
            transcript.usage = event.usage
        case Notice():
            transcript.notices.append(event.message)
        case Waiting():
            transcript.place = event.place or None
        case Finished():
            _apply_finished(transcript, event)
    return transcript


def _apply_delta(choice: ChoiceTranscript, delta: Delta) -> None:
    choice.content += delta.content
    if delta.reasoning_content:
        choice.reasoning_content += delta.reasoning_content
        if choice.reasoning_from_ms is None:
            choice.reasoning_from_ms = delta.at_ms
        choice.reasoning_to_ms = delta.at_ms
    for piece in delta.tool_calls:
        _apply_piece(choice.tool_calls, piece)


def _apply_piece(calls: list[ToolCallTranscript], piece: ToolCallPiece) -> None:
    while len(calls) <= piece.index:
        calls.append(ToolCallTranscript())
    call = calls[piece.index]
    call.id = call.id or piece.id
    call.name = call.name or piece.name
    call.arguments += piece.arguments
    call.extra.update(piece.extra)


def _apply_finished(transcript: Transcript, event: Finished) -> None:
    for number, reason in event.finish_reasons.items():
        transcript.choice(int(number)).finish_reason = reason
    transcript.usage = event.usage or transcript.usage
    transcript.place = None
    transcript.cause = event.cause
    transcript.error = event.error
