"""Calls and their results in a history, as servers take it that check one against the other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from .types import ChatMessage, ToolCall

# What the model reads of a call whose result never came.
NO_RESULT = "There is no result of this call."


class _Answered(NamedTuple):
    """The results by the place of the turn that asked and the id of the call, each list in order;
    ``orphans`` are the places of results that no call before them has asked for."""

    results: Mapping[tuple[int, str], Sequence[ChatMessage]]
    orphans: frozenset[int]


def with_results_in_place(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Return the messages with one result for each call, directly behind its turn.

    A history has others after a program was stopped in the middle of a call, or has shortened what
    it sends; strict servers then refuse this request and all that follow it. No result is lost: one
    whose call is gone is what the user says.
    """
    if not any(message.tool_calls or message.role == "tool" for message in messages):
        return list(messages)
    answered = _answered(messages)
    written: list[ChatMessage] = []
    for place, message in enumerate(messages):
        if message.tool_calls:
            written += _turn(message, place, answered)
        elif place in answered.orphans:
            written.append(ChatMessage(role="user", content=message.content))
        elif message.role != "tool":
            written.append(message)
    return written


def _answered(messages: Sequence[ChatMessage]) -> _Answered:
    results: dict[tuple[int, str], list[ChatMessage]] = {}
    askers: dict[str, int] = {}
    orphans = set[int]()
    for place, message in enumerate(messages):
        askers.update((call.id, place) for call in message.tool_calls)
        if message.role != "tool":
            continue
        id_ = message.tool_call_id or ""
        if id_ in askers:
            results.setdefault((askers[id_], id_), []).append(message)
        else:
            orphans.add(place)
    return _Answered(results, frozenset(orphans))


def _turn(message: ChatMessage, place: int, answered: _Answered) -> list[ChatMessage]:
    """The turn and its results. Calls that share an id are told apart, each with its own result."""
    ids = [call.id for call in message.tool_calls]
    calls: list[ToolCall] = []
    results: list[ChatMessage] = []
    for position, call in enumerate(message.tool_calls):
        before, is_last = ids[:position].count(call.id), call.id not in ids[position + 1 :]
        id_ = f"{call.id}_{before + 1}" if before else call.id
        said = answered.results.get((place, call.id), ())[before : None if is_last else before + 1]
        calls.append(msgspec.structs.replace(call, id=id_))
        results.append(_result(id_, said))
    return [msgspec.structs.replace(message, tool_calls=tuple(calls)), *results]


def _result(id_: str, said: Sequence[ChatMessage]) -> ChatMessage:
    if not said:
        return ChatMessage(role="tool", tool_call_id=id_, content=NO_RESULT)
    content = "\n".join(each.content for each in said)
    return msgspec.structs.replace(said[0], tool_call_id=id_, content=content)
