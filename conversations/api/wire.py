"""What goes out at ``/v1``: OpenAI's objects, in the one form that strict clients take.

Written from our own types and never from an upstream's bytes. Sources: OpenAI's published schema,
and what the official packages demand of a stream (docs/api.md, "Answers").
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
    """What a chunk adds to a choice. Nothing is ever null: what is not added is left out."""

    role: str | None = None
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class ChunkChoice(msgspec.Struct, frozen=True):
    """One choice of a chunk; ``finish_reason`` is there in every one."""

    index: int
    delta: Delta
    logprobs: Logprobs | None = None
    finish_reason: str | None = None


class Message(msgspec.Struct, frozen=True):
    """A whole answer. ``tool_calls`` and ``reasoning_content`` are left out where there are none,
    as strict schemas want it; ``refusal`` is null and never left out."""

    role: str
    content: str | None
    refusal: None = None
    annotations: list[Any] = []
    reasoning_content: str | msgspec.UnsetType = msgspec.UNSET
    tool_calls: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET


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
    """What was charged. The parts are left out where nobody counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails | msgspec.UnsetType = msgspec.UNSET
    completion_tokens_details: CompletionDetails | msgspec.UnsetType = msgspec.UNSET


class Head(msgspec.Struct, frozen=True):
    """What all objects of one completion begin with. ``created`` is in Unix seconds."""

    id: str
    object: str
    created: int
    model: str


class Model(msgspec.Struct, frozen=True):
    """A model that the key may use. ``keeps_content``: the site stores what is asked and
    answered; the last two are ours, and clients pass over them."""

    id: str
    created: int
    owned_by: str
    keeps_content: bool
    context_length: int | None
    object: str = "model"


class ModelList(msgspec.Struct, frozen=True):
    """The models, by name."""

    data: list[Model]
    object: str = "list"


def encode(value: Any) -> bytes:
    """The object as JSON."""
    return _encoder.encode(value)


def tool_call_piece(call: ToolCallDelta) -> dict[str, Any]:
    """A piece of a call as it stands in a delta.

    Id, type and name stand in the first piece alone: clients would append a second one.
    """
    if call.id is None:
        return {**call.extra, "index": call.index, "function": {"arguments": call.arguments}}
    function = {"name": call.name, "arguments": call.arguments}
    return {**call.extra, "index": call.index, "id": call.id, "type": "function",
            "function": function}  # fmt: skip


def logprobs_of(value: Mapping[str, Any] | None) -> Logprobs | None:
    """The logprobs of an upstream where they have the published form, else None."""
    if value is None:
        return None
    try:
        return msgspec.convert(value, Logprobs)
    except msgspec.ValidationError:
        return None


def usage_of(charged: tuple[int, int], counted: upstream.Usage | None) -> Usage:
    """The (prompt, completion) tokens that were charged, with the parts that the server counted.

    A part that is larger than its whole belongs to a count that was not believed.
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
