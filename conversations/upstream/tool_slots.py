"""Assembles the tool-call pieces of one choice into calls.

Servers differ: no index at all (Gemini), index 0 for every call (older Ollama), no id or a late one
(Ollama, Qwen), an id and a name repeated or emptied in each piece (gateways, SiliconFlow). The
result has indexes without gaps, and the id and the name once, in the first piece of each call. A
call gets its index with its name, so that one without a name leaves no gap.
"""

import uuid
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import msgspec

from .text import TextJoiner, clean, is_clean
from .types import ToolCallDelta

_KNOWN_KEYS = frozenset({"index", "id", "type", "function"})


class _Slot:
    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._index: int | None = None
        self.id = ""
        self.name = ""
        self._arguments: list[str] = []
        self._sent = 0
        self.extra: dict[str, Any] = {}
        self._joiner = TextJoiner()

    def take(self, piece: Mapping[str, Any], function: Mapping[str, Any]) -> None:
        """Add a piece: set the id and the name once, and append the arguments."""
        self.id = self.id or _text(piece.get("id"))
        self.name = self.name or _text(function.get("name"))
        self._arguments.append(self._joiner.feed(_arguments(function.get("arguments"))))
        extra = {key: value for key, value in piece.items() if key not in _KNOWN_KEYS}
        if extra and is_clean(extra):
            self.extra |= extra

    def is_whole(self) -> bool:
        """Return whether the arguments so far are complete JSON."""
        try:
            msgspec.json.decode("".join(self._arguments))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return False
        return True

    def finish(self) -> None:
        """Append the text that was held back: the call has ended."""
        self._arguments.append(self._joiner.flush())

    def delta(self) -> ToolCallDelta | None:
        """Return the additions since the last delta; None while the call has no name."""
        if not self.name:
            return None
        arguments = "".join(self._arguments[self._sent :])
        self._sent = len(self._arguments)
        extra, self.extra = self.extra, {}
        if self._index is not None:
            if not arguments and not extra:
                return None
            return ToolCallDelta(index=self._index, arguments=arguments, extra=extra)
        self._index = next(self._numbers)
        return ToolCallDelta(
            index=self._index,
            id=self.id or f"call_{uuid.uuid4().hex}",
            name=self.name,
            arguments=arguments,
            extra=extra,
        )


class ToolSlots:
    """The tool calls of one choice so far."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._numbers = count()
        self._by_index: dict[int, _Slot] = {}

    def __bool__(self) -> bool:
        return any(slot.name for slot in self._slots)

    def feed(self, pieces: Any) -> tuple[ToolCallDelta, ...]:
        """Add the ``tool_calls`` of one delta."""
        if not isinstance(pieces, list):
            return ()
        deltas = [self._take(piece) for piece in pieces if isinstance(piece, dict)]
        return tuple(delta for delta in deltas if delta is not None)

    def flush(self) -> tuple[ToolCallDelta, ...]:
        """Return what still waits. A call that never got a name cannot be made and is dropped."""
        for slot in self._slots:
            slot.finish()
        deltas = [slot.delta() for slot in self._slots]
        return tuple(delta for delta in deltas if delta is not None)

    def _take(self, piece: Mapping[str, Any]) -> ToolCallDelta | None:
        function = piece.get("function")
        if not isinstance(function, dict):
            function = {}
        slot = self._slot(piece, _text(function.get("name")))
        slot.take(piece, function)
        return slot.delta()

    def _slot(self, piece: Mapping[str, Any], name: str) -> _Slot:
        index, call_id = piece.get("index"), _text(piece.get("id"))
        if type(index) is not int:
            return self._slot_without_index(call_id, name)
        slot = self._by_index.get(index)
        # Every call at index 0: another id and name after whole arguments begins another call.
        if slot is None or (slot.id and call_id not in {"", slot.id} and name and slot.is_whole()):
            slot = self._by_index[index] = self._open()
        return slot

    def _slot_without_index(self, call_id: str, name: str) -> _Slot:
        if call_id:
            same = next((slot for slot in self._slots if slot.id == call_id), None)
            return same or self._open()
        if not self._slots or (name and self._slots[-1].name and self._slots[-1].is_whole()):
            return self._open()
        return self._slots[-1]

    def _open(self) -> _Slot:
        self._slots.append(_Slot(self._numbers))
        return self._slots[-1]


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _arguments(value: Any) -> str:
    """Return the arguments as text; some servers send them as an object."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode() if value is not None and is_clean(value) else ""
