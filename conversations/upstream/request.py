"""Completion requests, and their JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .dialects import Dialect, ReplayReasoning
from .fields import Fields, InvalidField
from .messages import read_message, write_message
from .parameters import PARAMETERS
from .types import ChatMessage


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may call. ``parameters`` is a JSON schema."""

    name: str
    description: str | None = None
    parameters: Mapping[str, Any] = {}
    strict: bool | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the tool as JSON."""
        function: dict[str, Any] = {"name": self.name, "parameters": dict(self.parameters)}
        if self.description is not None:
            function["description"] = self.description
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}


class ResponseFormat(msgspec.Struct, frozen=True, kw_only=True):
    """The required format of the answer: text, json_object or json_schema."""

    type: str
    json_schema: Mapping[str, Any] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the format as JSON."""
        if self.json_schema is None:
            return {"type": self.type}
        return {"type": self.type, "json_schema": dict(self.json_schema)}


class CompletionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to ``POST /chat/completions``. Fields that are None are not sent.

    ``include_usage`` is an API client's choice (``stream_options``); upstreams are always asked for
    usage if their dialect supports it. ``replay_reasoning`` replaces the dialect's policy for
    one model; it is not part of the body.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    stream: bool = False
    include_usage: bool = False
    replay_reasoning: ReplayReasoning | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: int | None = None
    response_format: ResponseFormat | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    user: str | None = None
    enable_thinking: bool | None = None
    thinking_budget: int | None = None

    @classmethod
    def from_wire(cls, body: Any) -> "CompletionRequest":
        """Read a decoded JSON body: strict about types, ignoring unknown keys.

        Raises InvalidField for the first field of a wrong type; ``ranges.check`` checks the ranges.
        ``max_completion_tokens`` is read as ``max_tokens``, the role ``developer`` as ``system``.
        """
        fields = Fields(body)
        return cls(
            model=fields.required_text("model"),
            messages=tuple(read_message(message) for message in fields.objects("messages")),
            stop=fields.texts("stop"),
            response_format=_response_format(fields),
            tools=tuple(_tool(tool) for tool in fields.objects("tools")),
            tool_choice=_tool_choice(fields),
            include_usage=_include_usage(fields),
            **_scalars(fields),
        )

    def to_wire(self, dialect: Dialect) -> dict[str, Any]:
        """Return the body to send to a server of this dialect."""
        replay = self.replay_reasoning or dialect.replay_reasoning
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [write_message(message, replay) for message in self.messages],
            "stream": self.stream,
        }
        if self.stream and dialect.stream_options:
            body["stream_options"] = {"include_usage": True}
        if self.user is not None and dialect.takes_user:
            body["user"] = self.user
        for name, path in dialect.paths.items():
            value = _plain(getattr(self, name))
            if value is not None:
                _put(body, path, value)
        return body


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value] or None
    if isinstance(value, Tool | ResponseFormat):
        return value.to_wire()
    return value


def _put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value


def _scalars(fields: Fields) -> dict[str, Any]:
    read = {"integer": fields.integer, "number": fields.number, "flag": fields.flag}
    scalars = {each.name: read[each.kind](each.name) for each in PARAMETERS if each.kind in read}
    if (newer := fields.integer("max_completion_tokens")) is not None:
        scalars["max_tokens"] = newer
    return {**scalars, "stream": fields.flag("stream") or False, "user": fields.text("user")}


def _include_usage(fields: Fields) -> bool:
    options = fields.object("stream_options")
    return options is not None and bool(options.flag("include_usage"))


def _response_format(fields: Fields) -> ResponseFormat | None:
    response_format = fields.object("response_format")
    if response_format is None:
        return None
    return ResponseFormat(
        type=response_format.required_text("type"),
        json_schema=response_format.mapping("json_schema"),
    )


def _tool_choice(fields: Fields) -> str | dict[str, Any] | None:
    value = fields.raw("tool_choice")
    if value is None or isinstance(value, str | dict):
        return value
    raise fields.wrong("tool_choice", "a text or an object")


def _tool(fields: Fields) -> Tool:
    if fields.raw("type") != "function":
        raise InvalidField(fields.path("type"), "This kind of tool is unknown.", "function")
    function = fields.object("function")
    if function is None:
        raise InvalidField(fields.path("function"), "The field is missing.", "an object")
    return Tool(
        name=function.required_text("name"),
        description=function.text("description"),
        parameters=function.mapping("parameters") or {},
        strict=function.flag("strict"),
    )
