"""Completion requests, and their JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .dialects import Dialect, ReplayReasoning
from .fields import Fields
from .grammar_schema import with_grammars
from .messages import read_message, write_messages
from .parameter import Parameter
from .parameters import PARAMETERS
from .reading import read_others, read_scalar
from .response_format import ResponseFormat, read_response_format
from .tools import Tool, read_tool
from .types import ChatMessage


class CompletionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to ``POST /chat/completions``. Fields that are None are not sent.

    ``include_usage`` is an API client's choice (``stream_options``); upstreams are always asked for
    usage if their dialect supports it. ``replay_reasoning`` replaces the dialect's policy for
    one model; it is not part of the body. ``others`` has the parameters that nothing here reads,
    by name; ``extra_body`` has further fields for the server, which all others win over.
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
    repetition_penalty: float | None = None
    others: Mapping[str, Any] = {}
    extra_body: Mapping[str, Any] = {}

    @classmethod
    def from_wire(cls, body: Any) -> "CompletionRequest":
        """Read a decoded JSON body: strict about types, ignoring unknown keys.

        Values that mean "off" to some servers are read as the table of parameters has them. Raises
        InvalidField for the first field of a wrong type, and for a number without a meaning;
        ``ranges.check`` checks the ranges. The role ``developer`` is read as ``system``.
        """
        fields = Fields(body)
        return cls(
            model=fields.required_text("model"),
            messages=tuple(read_message(message) for message in fields.objects("messages")),
            stream=fields.flag("stream") or False,
            user=fields.text("user"),
            # An empty text ends nothing, and some servers would end the answer at once.
            stop=tuple(filter(None, fields.texts("stop"))),
            response_format=read_response_format(fields),
            tools=tuple(read_tool(tool) for tool in fields.objects("tools")),
            tool_choice=_tool_choice(fields),
            include_usage=_include_usage(fields),
            others=read_others(fields),
            **_scalars(fields),
        )

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that are set, by name, as JSON.

        Those that mean nothing alone, such as a choice among no tools, count as not set.
        """
        values = [(each.name, self.value_of(each)) for each in PARAMETERS]
        return {name: _plain(value) for name, value in values if value is not None}

    def value_of(self, parameter: Parameter) -> Any:
        """Return the value of a parameter; None if it is not set."""
        if parameter.only_with and not getattr(self, parameter.only_with):
            return None
        value = getattr(self, parameter.name, None)
        # No stop sequence, and no tool, is nothing that is set.
        return self.others.get(parameter.name) if value is None or value == () else value

    def to_wire(self, dialect: Dialect) -> dict[str, Any]:
        """Return the body to send to a server of this dialect."""
        replay = self.replay_reasoning or dialect.replay_reasoning
        body: dict[str, Any] = {
            "model": self.model,
            "messages": write_messages(self.messages, replay, call_extras=dialect.call_extras),
            "stream": self.stream,
        }
        if self.stream and dialect.stream_options:
            body["stream_options"] = {"include_usage": True}
        if self.user is not None and dialect.takes_user:
            body["user"] = self.user
        for parameter, path in dialect.parameters:
            value = self.value_of(parameter)
            if value is None:
                continue
            if (sent := parameter.value_for(dialect.name, _plain(value))) is not None:
                _put(body, path, sent)
        if dialect.makes_grammars:
            body = with_grammars(body)
        return _above(self.extra_body, body)


def _scalars(fields: Fields) -> dict[str, Any]:
    found = {each.name: read_scalar(fields, each) for each in PARAMETERS if each.is_scalar}
    if fields.raw("thinking_budget") == 0 and found["enable_thinking"] is None:
        found["enable_thinking"] = False
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Tool | ResponseFormat):
        return value.to_wire()
    return dict(value) if isinstance(value, Mapping) else value


def _put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value in its place. Of two objects in one place both stay, the first one first."""
    for key in path[:-1]:
        body = body.setdefault(key, {})
    there = body.get(path[-1])
    if isinstance(value, dict) and isinstance(there, dict):
        value = {**value, **there}
    body[path[-1]] = value


def _above(below: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Both together; where both have a value, that of ``body`` stays, unless both are objects."""
    merged = {**below, **body}
    for name in below.keys() & body.keys():
        if isinstance(below[name], dict) and isinstance(body[name], dict):
            merged[name] = _above(below[name], body[name])
    return merged


def _include_usage(fields: Fields) -> bool:
    options = fields.object("stream_options")
    return options is not None and bool(options.flag("include_usage"))


def _tool_choice(fields: Fields) -> str | dict[str, Any] | None:
    value = fields.raw("tool_choice")
    if value is None or isinstance(value, str | dict):
        return value
    raise fields.wrong("tool_choice", "a text or an object")
