"""The JSON objects of replies at ``/v1``: OpenAI's, in the form that strict clients accept.

They are written from our own types and never from an upstream's bytes. Sources: OpenAI's published
schema, and the requirements of the official packages (docs/api.md, "Answers").
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conversations import upstream
from conversations.upstream import ToolCallDelta

_encoder = msgspec.json.Encoder()


class TopLogprob(msgspec.Struct, frozen=True):
    token: str
    logprob: float
    bytes: list[int] | None = None


class TokenLogprob(msgspec.Struct, frozen=True):
    token: str
    logprob: float
    bytes: list[int] | None = None
    top_logprobs: list[TopLogprob] = []


class Logprobs(msgspec.Struct, frozen=True):
    """The likelihood of each token of the content."""

    content: list[TokenLogprob] | None = None
    refusal: list[TokenLogprob] | None = None


class Delta(msgspec.Struct, frozen=True, omit_defaults=True):
    """The addition of a chunk to a choice. Absent parts are left out, never null."""

    role: str | None = None
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    function_call: dict[str, str] | None = None


class ChunkChoice(msgspec.Struct, frozen=True):
    """One choice of a chunk; ``finish_reason`` is always present."""

    index: int
    delta: Delta
    logprobs: Logprobs | None = None
    finish_reason: str | None = None


class Message(msgspec.Struct, frozen=True):
    """A whole answer. Calls and ``reasoning_content`` are left out if there are none, as
    strict schemas require; ``refusal`` is always null and never left out."""

    role: str
    content: str | None
    refusal: None = None
    annotations: list[Any] = []
    reasoning_content: str | msgspec.UnsetType = msgspec.UNSET
    tool_calls: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    function_call: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


class Choice(msgspec.Struct, frozen=True):
    """One of the answers of a whole completion."""

    index: int
    message: Message
    finish_reason: str
    logprobs: Logprobs | None = None


class PromptDetails(msgspec.Struct, frozen=True):
    cached_tokens: int


class CompletionDetails(msgspec.Struct, frozen=True):
    reasoning_tokens: int


class Usage(msgspec.Struct, frozen=True):
    """The charged tokens. The details are left out if the server did not count them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails | msgspec.UnsetType = msgspec.UNSET
    completion_tokens_details: CompletionDetails | msgspec.UnsetType = msgspec.UNSET


class Head(msgspec.Struct, frozen=True):
    """The first fields of every object of a completion. ``created`` is in Unix seconds."""

    id: str
    object: str
    created: int
    model: str


class Capabilities(msgspec.Struct, frozen=True):
    """The abilities of a model: to call functions, write JSON on demand, reason first."""

    tools: bool
    json: bool
    reasoning: bool


class Model(msgspec.Struct, frozen=True):
    """A model that the key may use.

    Beside OpenAI's fields it has those from which clients fit their requests to a model, under the
    names that other servers gave them: ``context_length`` (OpenRouter) is ``max_model_len``
    (vLLM), ``max_completion_tokens`` (Groq) is the longest answer, and ``supported_parameters``
    (OpenRouter) are the fields that a request may have. ``keeps_content`` is true if the site
    stores requests and answers.
    """

    id: str
    created: int
    owned_by: str
    context_length: int | None
    max_model_len: int | None
    max_completion_tokens: int
    capabilities: Capabilities
    supported_parameters: list[str]
    keeps_content: bool
    object: str = "model"


class ModelList(msgspec.Struct, frozen=True):
    """The models, by name."""

    data: list[Model]
    object: str = "list"


class Introduction(msgspec.Struct, frozen=True):
    """The reply at the base address of the API: its name, its addresses, and where they are
    described."""

    name: str
    base_url: str
    endpoints: list[str]
    description_url: str
    object: str = "api"


def encode(value: Any) -> bytes:
    """The object as JSON."""
    return _encoder.encode(value)


def tool_call_piece(call: ToolCallDelta) -> dict[str, Any]:
    """A piece of a tool call for a delta.

    Id, type and name are in the first piece only: clients would append further ones.
    """
    if call.id is None:
        return {**call.extra, "index": call.index, "function": {"arguments": call.arguments}}
    function = {"name": call.name, "arguments": call.arguments}
    return {**call.extra, "index": call.index, "id": call.id, "type": "function",
            "function": function}  # fmt: skip


def function_call_piece(call: ToolCallDelta) -> dict[str, str]:
    """The older form of a piece of a call."""
    named = {} if call.name is None else {"name": call.name}
    return {**named, "arguments": call.arguments}


def logprobs_of(value: Mapping[str, Any] | None) -> Logprobs | None:
    """The logprobs of an upstream, or None if they do not have the published form."""
    if value is None:
        return None
    try:
        return msgspec.convert(value, Logprobs)
    except msgspec.ValidationError:
        return None


def usage_of(charged: tuple[int, int], counted: upstream.Usage | None) -> Usage:
    """The charged (prompt, completion) tokens, with the details that the server counted.

    A detail that is larger than its total belongs to a count that was rejected, and is left out.
    """
    prompt, completion = charged
    cached = counted.cached_tokens if counted else None
    reasoning = counted.reasoning_tokens if counted else None
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details=msgspec.UNSET
        if cached is None or cached > prompt
        else PromptDetails(cached),
        completion_tokens_details=msgspec.UNSET
        if reasoning is None or reasoning > completion
        else CompletionDetails(reasoning),
    )
