"""Puts the tool calls of one choice together from pieces in every manner of servers.

A piece is named by its id, then by a new name, last by its index; one with neither belongs to the
call that is being written. Servers have no index at all (Gemini), index 0 or one id for every call
(older Ollama), an index that runs ahead, an id or a name that comes late, in pieces, or again in
each piece (gateways, SiliconFlow), and the whole call once more at the end.

The result has indexes without gaps, ids that differ, and id and name once, in the first piece of
each call. No arguments are dropped or given to a call that is complete: where servers leave that
open they stay with the call being written, whose arguments are then no JSON, and readers are told.
"""

from typing import Any

from .tool_pieces import PartialCall, Piece
from .types import ToolCallDelta


class ToolSlots:
    """The tool calls of one choice so far. ``functions`` are the names that may be called."""

    def __init__(self, functions: frozenset[str] = frozenset()) -> None:
        self._functions = functions
        self._calls: list[PartialCall] = []
        self._by_index: dict[int, PartialCall] = {}
        self._current: PartialCall | None = None
        self._count = 0
        self._ids: set[str] = set()
        # Calls of earlier chunks: within one chunk nothing is a repetition.
        self._earlier = 0

    def __bool__(self) -> bool:
        return any(call.name or call.has_arguments for call in self._calls)

    def feed(self, pieces: Any) -> tuple[ToolCallDelta, ...]:
        """Add the ``tool_calls`` of one delta."""
        if not isinstance(pieces, list):
            return ()
        self._earlier = len(self._calls)
        touched: dict[PartialCall, None] = {}
        for value in pieces:
            if isinstance(value, dict):
                before = self._current
                self._take(Piece.read(value))
                touched |= dict.fromkeys(call for call in (before, self._current) if call)
        return self._deltas(list(touched))

    def flush(self, *, are_whole: bool = False) -> tuple[ToolCallDelta, ...]:
        """Return what still waits. A call without a name and arguments is none, and is dropped.

        Calls that ``are_whole`` and have no arguments get an object of none: no more will come.
        """
        for call in self._calls:
            if not call.name and call.has_arguments and len(self._functions) == 1:
                (call.name,) = self._functions
            call.close(is_whole=are_whole)
        return self._deltas(self._calls)

    def _deltas(self, calls: list[PartialCall]) -> tuple[ToolCallDelta, ...]:
        deltas = []
        for call in calls:
            was_numbered = call.is_numbered
            if delta := call.delta(self._count, self._ids):
                deltas.append(delta)
            self._count += call.is_numbered and not was_numbered
        return tuple(deltas)

    def _take(self, piece: Piece) -> None:
        call = self._call_of(piece) or self._open()
        if piece.name:
            call.name = self._joined(call, piece) or call.name
        call.add(piece)
        if piece.index is not None:
            self._by_index[piece.index] = call
        self._current = call

    def _open(self) -> PartialCall:
        if self._current is not None and self._current.name:
            self._current.close()
        self._calls.append(PartialCall())
        return self._calls[-1]

    def _call_of(self, piece: Piece) -> PartialCall | None:
        """Return the call that a piece belongs to; None if it begins another."""
        if piece.id:
            return self._by_id(piece)
        if piece.name:
            return self._by_name(piece)
        return self._by_place(piece)

    def _by_id(self, piece: Piece) -> PartialCall | None:
        same = [call for call in self._calls if call.id == piece.id]
        if not same:
            return self._with_late_id(piece)
        at_index = [
            call for call in same if None in {call.index, piece.index} or call.index == piece.index
        ]
        found = (at_index or same)[-1]
        # Some servers give one id to all calls: another index and a name begin another.
        if not at_index and piece.name and not found.is_begun:
            return None
        return found if self._continues(found, piece) else None

    def _with_late_id(self, piece: Piece) -> PartialCall | None:
        """Return the call whose id this is if it comes late, or anew with each piece."""
        repeated = self._repeated(piece)
        if repeated is not None and not repeated.id:
            return repeated
        found = self._at(piece)
        if found is None or not self._continues(found, piece):
            return None
        is_anew = not piece.name and piece.index is not None and not found.is_whole
        return found if not found.id or is_anew else None

    def _by_name(self, piece: Piece) -> PartialCall | None:
        found = self._at(piece)
        if found in self._calls[self._earlier :] and (piece.index is None or found.is_whole):
            return None
        if found is not None and self._continues(found, piece):
            return found
        return self._repeated(piece) if piece.index is None else None

    def _by_place(self, piece: Piece) -> PartialCall | None:
        """Return the call at the index, else the one being written, if it can take the piece."""
        places = [self._at(piece), self._current]
        found = next((call for call in places if call and call.takes(piece.arguments)), None)
        return found or (None if piece.index is None else self._by_index.get(piece.index))

    def _at(self, piece: Piece) -> PartialCall | None:
        """Return the call at the index of a piece; without an index, the one being written.

        A call that has no index yet may get that of a piece.
        """
        if piece.index in self._by_index:
            return self._by_index[piece.index]
        current = self._current
        if current is not None and (piece.index is None or current.index is None):
            return current
        return None

    def _continues(self, call: PartialCall, piece: Piece) -> bool:
        """Return whether a piece with a name or an id may go on with a call."""
        is_named = not piece.name or bool(self._joined(call, piece))
        return is_named and call.takes(piece.arguments)

    def _joined(self, call: PartialCall, piece: Piece) -> str:
        """Return the name that a call has after another piece of it; "" if that is a new name.

        Servers repeat a name, send more of it, or all of it so far.
        """
        name, more = call.name, piece.name
        if name in {"", more}:
            return more
        if call.has_arguments or self._is_full(name):
            return ""
        joined = more if more.startswith(name) else name + more
        is_same_place = piece.index is not None and piece.index == call.index
        is_likely = is_same_place and piece.id in {"", call.id} and more not in self._functions
        return joined if is_likely or self._may_become(joined) else ""

    def _may_become(self, name: str) -> bool:
        return any(function.startswith(name) for function in self._functions)

    def _is_full(self, name: str) -> bool:
        longer = [each for each in self._functions if each != name and each.startswith(name)]
        return name in self._functions and not longer

    def _repeated(self, piece: Piece) -> PartialCall | None:
        """Return the call of an earlier chunk that is repeated whole."""
        calls = self._calls[: self._earlier]
        same = (call for call in calls if call.name == piece.name and call.repeats(piece.arguments))
        return next(same, None)
