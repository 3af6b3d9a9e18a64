"""Normalises the JSON that servers send, streamed or whole, into Chunks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .delta_texts import ReasoningReader, content_of
from .dialects import InlineThinking
from .errors import Malformed, UpstreamError
from .finish_reasons import failure_of, reason_of, word_of
from .text import TextJoiner, clean, is_clean
from .think import ThinkSplitter
from .tool_pieces import index_of
from .tool_slots import ToolSlots
from .types import Chunk, ChunkChoice, Delta, FinishReason, Usage
from .usage_counter import UsageCounter


class _Choice:
    """The state of one choice of a stream between its deltas."""

    def __init__(
        self, index: int, inline_thinking: InlineThinking, functions: frozenset[str]
    ) -> None:
        self.index = index
        self.finish_reason: FinishReason | None = None
        self.raw_finish_reason: str | None = None
        self.failure: UpstreamError | None = None
        self._content = TextJoiner()
        self._reasoning_reader = ReasoningReader()
        self._reasoning = TextJoiner()
        self._splitter = ThinkSplitter(inline_thinking)
        self._tools = ToolSlots(functions)
        self._role_sent = False
        self._is_streamed = False
        self.writes_on = False

    def feed(self, value: Mapping[str, Any]) -> ChunkChoice:
        """Normalise one choice of one chunk."""
        delta = self._added(value)
        reasoning = self._reasoning.feed(self._reasoning_reader.feed(delta))
        if reasoning:
            self._splitter.pass_through()
        inline, content = self._splitter.feed(self._content.feed(content_of(delta)))
        tool_calls = self._tools.feed(_calls(delta))
        normalised = self._delta(reasoning + inline, content, tool_calls)
        self.writes_on |= self.finish_reason is not None and not normalised.is_empty
        finish = self._finish(value.get("finish_reason") or delta.get("finish_reason"))
        if finish is not None:
            normalised = _added(normalised, self._rest())
        return ChunkChoice(
            index=self.index,
            delta=normalised,
            finish_reason=finish,
            raw_finish_reason=None if finish is None else self.raw_finish_reason,
            logprobs=_logprobs(value.get("logprobs")),
        )

    def feed_text(self, text: str) -> ChunkChoice:
        """Normalise a chunk of nothing but text."""
        self._is_streamed = True
        inline, content = self._splitter.feed(self._content.feed(text))
        delta = self._delta(inline, content, ())
        self.writes_on |= self.finish_reason is not None and not delta.is_empty
        return ChunkChoice(index=self.index, delta=delta)

    @property
    def has_calls(self) -> bool:
        """True if it calls a tool."""
        return bool(self._tools)

    def _added(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a chunk adds: its ``delta``, else its ``message``.

        Some servers repeat the whole answer as a message behind or beside its deltas.
        """
        delta = value.get("delta")
        if isinstance(delta, str):
            delta = {"content": delta}
        if delta and isinstance(delta, dict):
            self._is_streamed = True
            return delta
        message = value.get("message")
        if isinstance(message, dict):
            return {} if self._is_streamed else message
        return {"content": value.get("text")}  # from servers that complete plain texts

    def flush(self) -> Delta:
        """Return what was held back: nothing more will come."""
        return self._rest(are_whole=self.finish_reason not in {None, "length"})

    def _rest(self, *, are_whole: bool = False) -> Delta:
        """Return the text that was held back. Arguments may still come behind a finish reason."""
        inline, content = self._splitter.feed(self._content.flush())
        last_inline, last_content = self._splitter.flush()
        reasoning = self._reasoning.flush() + inline + last_inline
        return self._delta(
            reasoning, content + last_content, self._tools.flush(are_whole=are_whole)
        )

    def _delta(self, reasoning: str, content: str, tool_calls: Any) -> Delta:
        first, self._role_sent = not self._role_sent, True
        return Delta(
            role="assistant" if first else None,
            content=content or None,
            reasoning_content=reasoning or None,
            tool_calls=tool_calls,
        )

    def _finish(self, value: Any) -> FinishReason | None:
        """Return the finish reason if it is new: the first one, or tool_calls in place of stop.

        Only an answer with calls ends with them, whatever its server says; they may come behind
        the word.
        """
        word = word_of(value)
        if not word:
            has_late_calls = self.finish_reason == "stop" and bool(self._tools)
            word = (self.raw_finish_reason or "") if has_late_calls else ""
        if not word:
            return None
        failure = failure_of(word, value)
        if failure is not None:
            self.failure = failure
            return None
        reason = reason_of(word)
        if reason in {"stop", "tool_calls"}:
            reason = "tool_calls" if self._tools else "stop"
        if self.finish_reason is None or (self.finish_reason, reason) == ("stop", "tool_calls"):
            self.finish_reason, self.raw_finish_reason = reason, clean(word)[:100]
            return reason
        return None


class Normaliser:
    """Turns the decoded JSON events of one stream into Chunks.

    The caller must look for errors in an event first (ErrorReader.from_event). ``choices`` is the
    number of answers that were asked for, ``functions`` are the names that may be called. At any
    time ``id``, ``model``, ``usage`` and ``finish_reasons`` (by choice) are available.
    """

    def __init__(
        self,
        *,
        choices: int = 1,
        inline_thinking: InlineThinking = "off",
        functions: frozenset[str] = frozenset(),
    ) -> None:
        self.id = ""
        self.model = ""
        self.created = 0
        self._expected = choices
        self._inline_thinking = inline_thinking
        self._functions = functions
        self._choices: dict[int, _Choice] = {}
        self._numbers: dict[int, int] = {}
        self._counter = UsageCounter(choices)

    @property
    def finish_reasons(self) -> dict[int, FinishReason | None]:
        """The finish reason of each choice so far, None while it has none."""
        return {index: choice.finish_reason for index, choice in sorted(self._choices.items())}

    @property
    def number_of_choices(self) -> int:
        """The number of choices so far."""
        return len(self._choices)

    @property
    def ended(self) -> int:
        """The number of those that have a finish reason."""
        return sum([choice.finish_reason is not None for choice in self._choices.values()])

    @property
    def usage(self) -> Usage | None:
        """The latest usage."""
        return self._counter.usage

    @property
    def has_calls(self) -> bool:
        """True if a choice calls a tool."""
        return any(choice.has_calls for choice in self._choices.values())

    @property
    def writes_on(self) -> bool:
        """True if text has come behind the finish reason of a choice."""
        return any(choice.writes_on for choice in self._choices.values())

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
        if isinstance(choices, dict) and ("delta" in choices or "message" in choices):
            choices = [choices]
        if not isinstance(choices, list):
            raise Malformed("The choices of a chunk are not a list.")
        self._header(value)
        usage = self._counter.feed(value, choices, self.ended)
        normalised = tuple(
            [
                self._choice(position, choice).feed(choice)
                for position, choice in enumerate(choices)
                if isinstance(choice, dict)
            ]
        )
        return self._chunk(normalised, usage)

    @property
    def knows_all_but_text(self) -> bool:
        """True once a chunk of the one answer has told what the others only repeat."""
        is_told = self.id and self.model and self.created and self._choices
        return bool(is_told) and self._expected == 1

    def feed_text(self, text: str) -> Chunk:
        """Normalise an event that has nothing but text for the one answer."""
        return self._chunk((self._choices[0].feed_text(text),), None)

    def flush(self) -> Chunk | None:
        """Return what was held back: the stream has ended."""
        normalised = tuple(
            ChunkChoice(index=choice.index, delta=delta)
            for choice in self._choices.values()
            if (delta := choice.flush()) != Delta()
        )
        return self._chunk(normalised, None) if normalised else None

    def _header(self, value: Mapping[str, Any]) -> None:
        self.id = self.id or _short(value.get("id"))
        self.model = self.model or _short(value.get("model"))
        created = value.get("created")
        if not self.created and type(created) is int and 0 <= created < 1 << 53:
            self.created = created

    def _choice(self, position: int, value: Mapping[str, Any]) -> _Choice:
        number = self._number(value.get("index"), position) if self._expected > 1 else 0
        if number not in self._choices:
            self._choices[number] = _Choice(number, self._inline_thinking, self._functions)
        return self._choices[number]

    def _number(self, index: Any, position: int) -> int:
        """Return the number of one of several answers, whatever the server calls it.

        An index that no answer has gets the first number that is free, or the last number: a text
        that is charged must be shown.
        """
        name = index_of(index)
        if name is None:
            name = position
        if name not in self._numbers:
            taken = self._numbers.values()
            free = [number for number in range(self._expected) if number not in taken]
            self._numbers[name] = name if name in free else next(iter(free), self._expected - 1)
        return self._numbers[name]

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


def _calls(delta: Mapping[str, Any]) -> Any:
    """Return the pieces of tool calls: a list, a single one, or the older ``function_call``."""
    calls = delta.get("tool_calls")
    if not calls and "function_call" in delta:
        return [{"function": delta["function_call"]}]
    return [calls] if isinstance(calls, dict) else calls


def _logprobs(value: Any) -> dict[str, Any] | None:
    return None if value is None or not is_clean(value) else _mapping(value) or None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _short(value: Any) -> str:
    return clean(value)[:200] if isinstance(value, str) else ""
