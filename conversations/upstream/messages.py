"""Reads the messages of a request from a body, and writes them for a dialect."""

from typing import Any, get_args

from .dialects import ReplayReasoning
from .fields import Fields, InvalidField
from .types import ChatMessage, Role, ToolCall

_ROLES: dict[str, Role] = {role: role for role in get_args(Role)} | {"developer": "system"}


def read_message(fields: Fields) -> ChatMessage:
    """Read one message of a request. Raises InvalidField."""
    return ChatMessage(
        role=_role(fields),
        content=_content(fields),
        reasoning_content=fields.text("reasoning_content"),
        tool_calls=tuple(_tool_call(call) for call in fields.objects("tool_calls")),
        tool_call_id=fields.text("tool_call_id"),
        name=fields.text("name"),
    )


def write_message(message: ChatMessage, replay: ReplayReasoning) -> dict[str, Any]:
    """Return the message as JSON; ``replay`` says for which messages reasoning is sent.

    The content of a turn that called tools is "" and never null: some servers reject null.
    """
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name is not None:
        wire["name"] = message.name
    if message.tool_calls:
        wire["tool_calls"] = [call.to_wire() for call in message.tool_calls]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    if message.reasoning_content is not None and _replays(message, replay):
        wire["reasoning_content"] = message.reasoning_content
    return wire


def _replays(message: ChatMessage, replay: ReplayReasoning) -> bool:
    return bool(message.tool_calls) if replay == "tool_turns" else replay == "always"


def _role(fields: Fields) -> Role:
    role = _ROLES.get(fields.required_text("role"))
    if role is None:
        raise InvalidField(fields.path("role"), "This role is unknown.", ", ".join(_ROLES))
    return role


def _content(fields: Fields) -> str:
    """Read a string, null, or a list of text parts. Refuses other parts (images)."""
    if not isinstance(fields.raw("content"), list):
        return fields.text("content") or ""
    texts = []
    for part in fields.objects("content"):
        if part.raw("type") != "text":
            raise InvalidField(part.path("type"), "This kind of part is not supported.", "text")
        texts.append(part.required_text("text"))
    return "".join(texts)


def _tool_call(fields: Fields) -> ToolCall:
    function = fields.object("function")
    if function is None:
        raise InvalidField(fields.path("function"), "The field is missing.", "an object")
    if fields.raw("type") not in (None, "function"):
        raise InvalidField(fields.path("type"), "This kind of call is unknown.", "function")
    return ToolCall(
        id=fields.required_text("id"),
        name=function.required_text("name"),
        arguments=function.text("arguments") or "",
        extra=fields.without("id", "type", "function", "index"),
    )
