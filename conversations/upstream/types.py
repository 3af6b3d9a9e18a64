"""Messages and chunks, under their names on the wire.

Every value is already normalised: no half surrogates, no NUL, no repeated ids, no HTML.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a function that the model asks for.

    ``arguments`` is text of the model: it should be a JSON object, but may be cut or wrong.
    ``extra`` holds unknown keys that must be sent back unchanged (a provider's thought signature,
    for example).
    """

    id: str
    name: str
    arguments: str
    extra: Mapping[str, Any] = {}

    def to_wire(self) -> dict[str, Any]:
        """Return the call as JSON. A call without arguments has an empty object: some servers
        read the text, and an empty one is no JSON."""
        function = {"name": self.name, "arguments": self.arguments or "{}"}
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
    """Token counts of a completion. A later value replaces an earlier one; never add them up
    (llama.cpp's counts of single choices are added up where they are read).

    ``reasoning_tokens`` are part of ``completion_tokens``, ``cached_tokens`` of ``prompt_tokens``;
    None if the server does not give them.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None


class ToolCallDelta(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a tool call.

    ``index`` counts from 0 without gaps within a choice. The first piece of each call has both
    ``id`` and ``name``, and no other piece has them.
    """

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    extra: Mapping[str, Any] = {}


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """The additions of a chunk to one choice. A text is None if nothing is added, and never "".

    ``role`` is set in the first delta of each choice only.
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

    ``finish_reason`` is set once; only ``tool_calls`` may follow, to correct ``stop``. Reasons that
    the protocol does not have become ``stop``; ``raw_finish_reason`` is the server's own.
    """

    index: int
    delta: Delta
    finish_reason: FinishReason | None = None
    raw_finish_reason: str | None = None
    logprobs: Mapping[str, Any] | None = None


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """One normalised piece of a completion stream. ``created`` is in Unix seconds, 0 if unknown."""

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
