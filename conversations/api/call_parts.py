"""Calls and results that stand among the parts of a message, as Anthropic writes them.

Programs that speak to several APIs replay histories so, some beside ``tool_calls`` that say the
same. They are read as calls and as messages of tools, each once.
"""

from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]


def with_calls_in_place(messages: list[Any]) -> list[Any]:
    """Return the messages without such parts."""
    answered = [each["tool_call_id"] for each in messages if _is_result(each)]
    return [written for each in messages for written in _written(each, answered)]


def _is_result(message: Any) -> bool:
    return isinstance(message, dict) and message.get("tool_call_id") is not None


def _written(message: Any, answered: list[Any]) -> Iterator[Any]:
    calls, results = _parts(message, "tool_use"), _parts(message, "tool_result")
    if not calls and not results:
        yield message
        return
    for part in results:
        if part.get("tool_use_id") not in answered:
            yield _result(part)
    others = [each for each in message["content"] if each not in calls + results]
    if calls or others:
        yield _with_calls({**message, "content": others}, calls)


def _parts(message: Any, kind: str) -> list[Message]:
    content = message.get("content") if isinstance(message, dict) else None
    parts = content if isinstance(content, list) else []
    return [each for each in parts if isinstance(each, dict) and each.get("type") == kind]


def _result(part: Message) -> Message:
    content = part.get("content")
    return {"role": "tool", "tool_call_id": part.get("tool_use_id"), "content": content}


def _with_calls(message: Message, parts: list[Message]) -> Message:
    given = message.get("tool_calls")
    made = list(given) if isinstance(given, list) else []
    known = [each.get("id") for each in made if isinstance(each, dict)]
    made += [_call(part) for part in parts if part.get("id") not in known]
    return {**message, "tool_calls": made} if made else message


def _call(part: Message) -> Message:
    function = {"name": part.get("name"), "arguments": part.get("input")}
    return {"id": part.get("id"), "type": "function", "function": function}
