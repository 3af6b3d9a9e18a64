"""Normalises the JSON that servers send, streamed or whole, into Chunks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .dialects import InlineThinking
from .errors import Failed, Malformed, Overloaded, UpstreamError
from .text import TextJoiner, clean, is_clean
from .think import ThinkSplitter
from .tool_slots import ToolSlots
from .types import Chunk, ChunkChoice, Delta, FinishReason, Usage
from .usage import add_up, read_usage

_FINISH: Mapping[str, FinishReason] = {
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
_FAILED_FINISH: Mapping[str, type[UpstreamError]] = {
    "error": Failed,
    "insufficient_system_resource": Overloaded,
}
MOST_CHOICES = 128


class _Choice:
    """The state of one choice of a stream between its deltas."""

    def __init__(self, index: int, inline_thinking: InlineThinking) -> None:
        self.index = index
        self.finish_reason: FinishReason | None = None
        self.raw_finish_reason: str | None = None
        self.failure: UpstreamError | None = None
        self._content = TextJoiner()
        self._reasoning = TextJoiner()
        self._splitter = ThinkSplitter(inline_thinking)
        self._tools = ToolSlots()
        self._role_sent = False

    def feed(self, value: Mapping[str, Any]) -> ChunkChoice:
        """Normalise one choice of one chunk."""
        delta = _mapping(value.get("delta")) or _mapping(value.get("message"))
        reasoning = self._reasoning.feed(_reasoning(delta))
        if reasoning:
            self._splitter.pass_through()
        inline, content = self._splitter.feed(self._content.feed(_content(delta)))
        tool_calls = self._tools.feed(delta.get("tool_calls"))
        finish = self._finish(value.get("finish_reason"))
        normalised = self._delta(reasoning + inline, content, tool_calls)
        if finish is not None:
            normalised = _added(normalised, self.flush())
        return ChunkChoice(
            index=self.index,
            delta=normalised,
            finish_reason=finish,
            raw_finish_reason=None if finish is None else self.raw_finish_reason,
            logprobs=_logprobs(value.get("logprobs")),
        )

    def flush(self) -> Delta:
        """Return the text that was held back: this choice has ended."""
        inline, content = self._splitter.feed(self._content.flush())
        last_inline, last_content = self._splitter.flush()
        reasoning = self._reasoning.flush() + inline + last_inline
        return self._delta(reasoning, content + last_content, self._tools.flush())

    def _delta(self, reasoning: str, content: str, tool_calls: Any) -> Delta:
        first, self._role_sent = not self._role_sent, True
        return Delta(
            role="assistant" if first else None,
            content=content or None,
            reasoning_content=reasoning or None,
            tool_calls=tool_calls,
        )

    def _finish(self, value: Any) -> FinishReason | None:
        """Return the finish reason if it is new: the first one, or tool_calls in place of stop."""
        if not isinstance(value, str) or value in {"", "null"}:
            return None
        if value in _FAILED_FINISH:
            self.failure = _FAILED_FINISH[value](f"The server ended the answer with {value!r}.")
            return None
        reason = _FINISH.get(value, "stop")
        if reason == "stop" and self._tools:
            reason = "tool_calls"
        if self.finish_reason is None or (self.finish_reason, reason) == ("stop", "tool_calls"):
            self.finish_reason, self.raw_finish_reason = reason, clean(value)[:100]
            return reason
        return None


class Normaliser:
    """Turns the decoded JSON events of one stream into Chunks.

    The caller must look for errors in an event first (ErrorReader.from_event). At any time
    ``id``, ``model``, ``usage`` (the latest) and ``finish_reasons`` (by choice) are available.
    """

    def __init__(self, *, inline_thinking: InlineThinking = "off") -> None:
        self.id = ""
        self.model = ""
        self.created = 0
        self.usage: Usage | None = None
        self._inline_thinking = inline_thinking
        self._choices: dict[int, _Choice] = {}
        self._counted: list[Usage] = []

    @property
    def finish_reasons(self) -> dict[int, FinishReason | None]:
        """The finish reason of each choice so far, None while it has none."""
        return {index: choice.finish_reason for index, choice in sorted(self._choices.items())}

    @property
    def failure(self) -> UpstreamError | None:
        """The failure that a choice ended with; the text of the same chunk still counts."""
        # Called after every event; a generator expression would cost more than the loop.
        for choice in self._choices.values():
            if choice.failure:
                return choice.failure
        return None

    def feed(self, value: Any) -> Chunk:
        """Normalise one event. Raises Malformed if it is not a chunk."""
        if not isinstance(value, dict):
            raise Malformed("An event of the stream is not a JSON object.")
        choices = value.get("choices") or []
        if not isinstance(choices, list):
            raise Malformed("The choices of a chunk are not a list.")
        self._header(value)
        usage = read_usage(value.get("usage"))
        if usage:
            self._count(usage, alone=not choices)
        normalised = tuple(
            self._choice(position, choice).feed(choice)
            for position, choice in enumerate(choices)
            if isinstance(choice, dict)
        )
        return self._chunk(normalised, usage)

    def flush(self) -> Chunk | None:
        """Return the text that was held back: the stream ended without a finish reason."""
        normalised = tuple(
            ChunkChoice(index=choice.index, delta=delta)
            for choice in self._choices.values()
            if (delta := choice.flush()) != Delta()
        )
        return self._chunk(normalised, None) if normalised else None

    def _count(self, usage: Usage, *, alone: bool) -> None:
        """Store the latest usage. llama.cpp counts each choice separately, in an event of its own
        after the end of that choice; those counts are added up."""
        ended = sum(choice.finish_reason is not None for choice in self._choices.values())
        self.usage = usage
        if alone and ended == len(self._counted) + 1:
            self._counted.append(usage)
            self.usage = add_up(self._counted)

    def _header(self, value: Mapping[str, Any]) -> None:
        self.id = self.id or _short(value.get("id"))
        self.model = self.model or _short(value.get("model"))
        created = value.get("created")
        if not self.created and type(created) is int and 0 <= created < 1 << 53:
            self.created = created

    def _choice(self, position: int, value: Mapping[str, Any]) -> _Choice:
        index = value.get("index")
        if type(index) is not int:
            index = position
        if not 0 <= index < MOST_CHOICES:
            raise Malformed("A choice has an index out of range.")
        if index not in self._choices:
            self._choices[index] = _Choice(index, self._inline_thinking)
        return self._choices[index]

    def _chunk(self, choices: tuple[ChunkChoice, ...], usage: Usage | None) -> Chunk:
        return Chunk(
            id=self.id, model=self.model, created=self.created, choices=choices, usage=usage
        )


def _added(first: Delta, rest: Delta) -> Delta:
    return msgspec.structs.replace(
        first,
        content=((first.content or "") + (rest.content or "")) or None,
        reasoning_content=((first.reasoning_content or "") + (rest.reasoning_content or ""))
        or None,
        tool_calls=first.tool_calls + rest.tool_calls,
    )


def _reasoning(delta: Mapping[str, Any]) -> str:
    """Read ``reasoning_content`` or, as vLLM and OpenRouter name it, ``reasoning``."""
    value = delta.get("reasoning_content")
    if not isinstance(value, str):
        value = delta.get("reasoning")
    return value if isinstance(value, str) else ""


def _content(delta: Mapping[str, Any]) -> str:
    """Read ``content``: a string, null, or a list of parts; a refusal counts as content."""
    value = delta.get("content")
    if isinstance(value, list):
        texts = [part.get("text") for part in value if isinstance(part, dict)]
        return "".join(text for text in texts if isinstance(text, str))
    if not isinstance(value, str):
        value = delta.get("refusal")
    return value if isinstance(value, str) else ""


def _logprobs(value: Any) -> dict[str, Any] | None:
    return None if value is None or not is_clean(value) else _mapping(value) or None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _short(value: Any) -> str:
    return clean(value)[:200] if isinstance(value, str) else ""
