"""The form in which a client expects the calls of an answer."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from conversations.api import wire
from conversations.upstream import ToolCallDelta


class CallForm(NamedTuple):
    """``is_old``: the client asked with functions, and expects ``function_call``. ``names`` has the
    names that it gave its functions, by the names under which the server knows them. ``only_one``:
    it takes one call at a time, which the server was not told."""

    is_old: bool = False
    names: Mapping[str, str] = {}
    only_one: bool = False

    def reason(self, finish_reason: str) -> str:
        """The finish reason of a choice."""
        return "function_call" if self.is_old and finish_reason == "tool_calls" else finish_reason

    def pieces(self, calls: Sequence[ToolCallDelta]) -> dict[str, Any]:
        """The fields of a delta for these pieces of calls."""
        named = [self._with_own_name(each) for each in calls if self._has_room_for(each)]
        if not named:
            return {}
        if self.is_old:
            return {"function_call": wire.function_call_piece(named[0])}
        return {"tool_calls": [wire.tool_call_piece(each) for each in named]}

    def _has_room_for(self, call: ToolCallDelta) -> bool:
        return call.index == 0 or not (self.is_old or self.only_one)

    def _with_own_name(self, call: ToolCallDelta) -> ToolCallDelta:
        own = self.names.get(call.name or "")
        return msgspec.structs.replace(call, name=own) if own else call

    def whole(self, calls: Sequence[Sequence[ToolCallDelta]]) -> dict[str, Any]:
        """The fields of a message for whole calls, each given as its pieces."""
        if not calls:
            return {}
        written = [self._whole(pieces) for pieces in calls if self._has_room_for(pieces[0])]
        return {"function_call": written[0]["function"]} if self.is_old else {"tool_calls": written}

    def _whole(self, pieces: Sequence[ToolCallDelta]) -> dict[str, Any]:
        first = self._with_own_name(pieces[0])
        extra = {key: value for piece in pieces for key, value in piece.extra.items()}
        arguments = "".join(piece.arguments for piece in pieces)
        function = {"name": first.name, "arguments": arguments}
        return {**extra, "id": first.id, "type": "function", "function": function}


TODAYS_CALLS = CallForm()
