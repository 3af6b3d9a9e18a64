"""Messages and answers in the wire's own words.

Every value here is already normalised: no half surrogates, no NUL, no repeated ids, no HTML.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a function that the model asks for.

    ``arguments`` is the model's own text: meant to be a JSON object, but possibly cut or invented.
    ``extra`` holds keys that we do not know and that must go back as they came (a provider's
    thought signature, for one).
    """

    id: str
    name: str
    arguments: str
    extra: Mapping[str, Any] = {}

    def to_wire(self) -> dict[str, Any]:
        """Give the call as it stands in a request."""
        function = {"name": self.name, "arguments": self.arguments}
        return {**self.extra, "id": self.id, "type": "function", "function": function}


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation, sent or received."""

    role: Role
    content: str = ""
    reasoning_content: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a completion cost, in tokens. A later value replaces an earlier one; never add them up
    (the counts of choices that llama.cpp gives one by one are added up where they are read).

    ``reasoning_tokens`` are part of ``completion_tokens``, ``cached_tokens`` of ``prompt_tokens``;
    None where the server does not say.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None


class ToolCallDelta(msgspec.Struct, frozen=True, kw_only=True):
    """A further piece of one tool call.

    ``index`` counts from 0 without gaps within a choice. ``id`` and ``name`` stand in the first
    piece of each call, both of them, and in no other.
    """

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    extra: Mapping[str, Any] = {}


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """What a chunk adds to one choice. A text is None when nothing is added, and never empty.

    ``role`` is set in the first delta of each choice and nowhere else.
    """

    role: Role | None = None
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: tuple[ToolCallDelta, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if it adds nothing: a chunk may only name the role, or end the choice."""
        return not (self.content or self.reasoning_content or self.tool_calls)

    @property
    def text_bytes(self) -> int:
        """Bytes of content, reasoning and tool arguments."""
        size = _size(self.content) + _size(self.reasoning_content)
        for call in self.tool_calls:
            size += _size(call.arguments)
        return size


class ChunkChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a chunk.

    ``finish_reason`` is set once; only a ``tool_calls`` may follow, to correct a ``stop``. Words
    that the protocol does not know count as ``stop``; ``raw_finish_reason`` keeps what came.
    """

    index: int
    delta: Delta
    finish_reason: FinishReason | None = None
    raw_finish_reason: str | None = None
    logprobs: Mapping[str, Any] | None = None


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """One normalised piece of a streamed answer. ``created`` is in Unix seconds, 0 if unsaid."""

    id: str
    model: str
    created: int
    choices: tuple[ChunkChoice, ...]
    usage: Usage | None = None

    @property
    def text_bytes(self) -> int:
        """Bytes of text that the chunk adds: content, reasoning and tool arguments."""
        return sum([choice.delta.text_bytes for choice in self.choices])


def _size(text: str | None) -> int:
    if not text:
        return 0
    return len(text) if text.isascii() else len(text.encode())
