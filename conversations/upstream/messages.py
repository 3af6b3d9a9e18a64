"""Reads the messages of a request from a body, and writes them for a dialect."""

import json
import re
from collections.abc import Sequence
from typing import Any, get_args

from msgspec.structs import replace

from .call_results import with_results_in_place
from .content_parts import read_content
from .delta_texts import reasoning_of
from .dialects import ReplayReasoning
from .fields import Fields, InvalidField
from .types import ChatMessage, Role, ToolCall

# OpenAI refuses names with these characters, and longer ones.
_ODD = re.compile(r"[\s<|\\/>\x00-\x1f\x7f]")
_LONGEST_NAME = 64
_ROLES: dict[str, Role] = {role: role for role in get_args(Role)} | {"developer": "system"}


def read_message(fields: Fields) -> ChatMessage:
    """Read one message of a request. Raises InvalidField.

    A refusal in a history is what the assistant said, whether it is a part or a field.
    """
    role = _role(fields)
    content = read_content(fields, is_result=role == "tool")
    return ChatMessage(
        role=role,
        content=content.text or fields.text("refusal") or "",
        reasoning_content=_reasoning(fields, content.reasoning),
        tool_calls=tuple(_tool_call(call) for call in fields.objects("tool_calls")),
        tool_call_id=fields.text("tool_call_id"),
        name=_ODD.sub("_", fields.text("name") or "")[:_LONGEST_NAME] or None,
    )


def _reasoning(fields: Fields, thoughts: str) -> str | None:
    """The reasoning under any of the names that servers give it; "" if it is said to be empty."""
    reasoning = fields.text("reasoning_content")
    return reasoning or reasoning_of(fields.without("content")) or thoughts or reasoning


def write_messages(
    messages: Sequence[ChatMessage], replay: ReplayReasoning, *, call_extras: bool = True
) -> list[dict[str, Any]]:
    """Return the messages as JSON, without those of the assistant that say nothing.

    Such a one is left by an answer that failed at once, or that was thought alone; some servers
    refuse the whole request for it. ``call_extras`` keeps what a server added to its calls.
    """
    placed = with_results_in_place(messages)
    written = [write_message(message, replay, call_extras=call_extras) for message in placed]
    return [each for each in written if not _says_nothing(each)] or written


def _says_nothing(wire: dict[str, Any]) -> bool:
    said = wire["content"] or wire.get("tool_calls") or wire.get("reasoning_content")
    return wire["role"] == "assistant" and not said


def write_message(
    message: ChatMessage, replay: ReplayReasoning, *, call_extras: bool = True
) -> dict[str, Any]:
    """Return the message as JSON; ``replay`` says for which messages reasoning is sent.

    The content of a turn that called tools is "" and never null: some servers reject null.
    """
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name is not None:
        wire["name"] = message.name
    if message.tool_calls:
        wire["tool_calls"] = [_written(call, extras=call_extras) for call in message.tool_calls]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    if message.reasoning_content is not None and _replays(message, replay):
        wire["reasoning_content"] = message.reasoning_content
    return wire


def _written(call: ToolCall, *, extras: bool) -> dict[str, Any]:
    arguments = _object_text(call.arguments)
    sent = replace(call, arguments=arguments, extra=call.extra if extras else {})
    return sent.to_wire()


def _object_text(arguments: str) -> str:
    """The arguments as the text of an object, which servers read that write it into a template.

    A model may have written something else, or have been cut; the object then holds that text.
    """
    try:
        return _read_object(arguments)
    except (ValueError, RecursionError):
        return json.dumps({"arguments": arguments}, ensure_ascii=False)


def _read_object(arguments: str) -> str:
    if not arguments.strip():
        return "{}"
    value = json.loads(arguments, strict=False, parse_constant=_no_constant)
    if value is None:
        return "{}"
    if not isinstance(value, dict):
        return json.dumps({"arguments": value}, ensure_ascii=False)
    # A line break within a text is no JSON, and certain all the same.
    has_breaks = any(each in arguments for each in "\n\r\t")
    return json.dumps(value, ensure_ascii=False) if has_breaks else arguments


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _replays(message: ChatMessage, replay: ReplayReasoning) -> bool:
    return bool(message.tool_calls) if replay == "tool_turns" else replay == "always"


def _role(fields: Fields) -> Role:
    role = _ROLES.get(fields.required_text("role"))
    if role is None:
        raise InvalidField(fields.path("role"), "This role is unknown.", ", ".join(_ROLES))
    return role


def _tool_call(fields: Fields) -> ToolCall:
    function = fields.object("function")
    if function is None:
        raise InvalidField(fields.path("function"), "The field is missing.", "an object")
    if fields.raw("type") not in (None, "function"):
        raise InvalidField(fields.path("type"), "This kind of call is unknown.", "function")
    return ToolCall(
        id=fields.required_text("id"),
        name=function.required_text("name"),
        arguments=_arguments(function),
        extra=fields.without("id", "type", "function", "index"),
    )


def _arguments(function: Fields) -> str:
    """The arguments as text; some programs send an object instead of its text."""
    value = function.raw("arguments")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return function.text("arguments") or ""
