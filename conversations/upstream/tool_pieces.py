"""One piece of a tool call, and the call that is put together from its pieces."""

import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from .json_depth import JsonDepth
from .text import TextJoiner, clean, is_clean
from .types import ToolCallDelta

_KNOWN_KEYS = frozenset({"index", "id", "type", "function", "name", "arguments"})
# Servers begin a call with this before the arguments come, and end one that has none.
_PLACEHOLDER = "{}"
_UNREADABLE = object()


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One piece as a server sends it; what it lacks is None or ""."""

    index: int | None
    id: str
    name: str
    arguments: str
    extra: dict[str, Any]

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "Piece":
        """Read a piece; some servers leave out the ``function`` around name and arguments."""
        function = value.get("function")
        if not isinstance(function, dict):
            function = value
        extra = {key: item for key, item in value.items() if key not in _KNOWN_KEYS}
        return cls(
            index=index_of(value.get("index")),
            id=_text(value.get("id")),
            name=_text(function.get("name")),
            arguments=_arguments(function.get("arguments")),
            extra=extra if extra and is_clean(extra) else {},
        )


class PartialCall:
    """One tool call so far.

    Its name and id are given out with the first arguments, or at its end: until then they may still
    change. ``index`` is the server's.
    """

    def __init__(self) -> None:
        self.index: int | None = None
        self.id = ""
        self.name = ""
        self.extra: dict[str, Any] = {}
        self.is_closed = False
        self._arguments: list[str] = []
        self._unsent: list[str] = []
        self._depth = JsonDepth()
        self._joiner = TextJoiner()
        self._number: int | None = None

    @property
    def has_arguments(self) -> bool:
        return bool(self._arguments)

    @property
    def is_begun(self) -> bool:
        """True within the arguments."""
        return self.has_arguments and not self.is_whole

    @property
    def is_whole(self) -> bool:
        """True if the arguments are a complete object: nothing can follow."""
        return self.has_arguments and self._depth.is_zero and self._is_object()

    def takes(self, arguments: str) -> bool:
        """Return whether these arguments can belong to the call: to add, or as a repetition."""
        may_grow = not self.is_whole or self._is_placeholder()
        return may_grow or not arguments.strip() or self.repeats(arguments)

    def repeats(self, arguments: str) -> bool:
        """Return whether these are all of the arguments once more."""
        return self.is_whole and _decoded(arguments) == _decoded("".join(self._arguments))

    def add(self, piece: Piece) -> None:
        """Add a piece; the id counts once, and so do arguments that are repeated."""
        self.id = self.id or piece.id
        self.index = piece.index if self.index is None else self.index
        self.extra |= piece.extra
        text = self._joiner.feed(piece.arguments)
        if self._is_placeholder() and text.lstrip().startswith("{") and not self.is_closed:
            self._arguments, self._unsent = [], []
        elif self.repeats(text):
            return
        self._append(text)

    def close(self, *, is_whole: bool = False) -> None:
        """End the call: give out what was held back, and an object if it has no arguments."""
        self.is_closed = True
        self._append(self._joiner.flush())
        if is_whole and self.name and not self.has_arguments:
            self._append(_PLACEHOLDER)

    def delta(self, number: int, taken: set[str]) -> ToolCallDelta | None:
        """Return the additions since the last delta; None if there are none to give out yet.

        ``number`` is its index if it has none yet. ``taken`` are the ids of the other calls; the
        own one is added.
        """
        if not self._may_be_sent():
            return None
        arguments, self._unsent = "".join(self._unsent), []
        extra, self.extra = self.extra, {}
        if self._number is not None:
            if not arguments and not extra:
                return None
            return ToolCallDelta(index=self._number, arguments=arguments, extra=extra)
        self._number = number
        call_id = self.id if self.id not in {"", *taken} else f"call_{uuid.uuid4().hex}"
        taken.add(call_id)
        return ToolCallDelta(
            index=number, id=call_id, name=self.name, arguments=arguments, extra=extra
        )

    @property
    def is_numbered(self) -> bool:
        return self._number is not None

    def _may_be_sent(self) -> bool:
        if self.is_closed:
            return bool(self.name) or self.has_arguments
        return bool(self.name) and self.has_arguments and not self._is_placeholder()

    def _is_placeholder(self) -> bool:
        return len(self._arguments) == 1 and self._arguments[0].strip() == _PLACEHOLDER

    def _is_object(self) -> bool:
        return isinstance(_decoded("".join(self._arguments)), dict)

    def _append(self, text: str) -> None:
        if text:
            self._arguments.append(text)
            self._unsent.append(text)
            self._depth.feed(text)


def index_of(value: Any) -> int | None:
    """Return an index that is a whole number, also as 1.0, or the text of one; else None."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if type(value) is float and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def _decoded(text: str) -> Any:
    """Return the value of arguments; some servers encode them twice."""
    try:
        value = msgspec.json.decode(text)
        return msgspec.json.decode(value) if isinstance(value, str) else value
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _UNREADABLE


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _arguments(value: Any) -> str:
    """Return the arguments as text; some servers send them as an object.

    Languages without a type for objects write an empty one as a list.
    """
    if isinstance(value, str):
        return value
    is_none = value is None or value == []
    return "" if is_none or not is_clean(value) else msgspec.json.encode(value).decode()
