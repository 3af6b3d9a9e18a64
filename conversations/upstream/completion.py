"""Makes a whole Completion of a JSON answer."""

from collections.abc import Mapping
from typing import Any

from .dialects import InlineThinking
from .errors import NotAStream
from .normalise import Normaliser
from .types import ChatMessage, Chunk, ChunkChoice, Completion, CompletionChoice, ToolCall


def read_completion(
    value: Any, *, inline_thinking: InlineThinking = "off", trace_id: str | None = None
) -> Completion:
    """Read a decoded answer. Raises NotAStream when it has no choices, and what it
    failed with when it says so."""
    if not is_completion(value):
        raise NotAStream("The answer is no completion.", trace_id=trace_id)
    normaliser = Normaliser(inline_thinking=inline_thinking)
    chunks = [normaliser.feed(value), normaliser.flush()]
    if normaliser.failure is not None:
        raise normaliser.failure
    choices = [choice for chunk in chunks if chunk for choice in chunk.choices]
    return Completion(
        id=normaliser.id,
        model=normaliser.model,
        created=normaliser.created,
        choices=tuple(_choice(index, choices, normaliser) for index in normaliser.finish_reasons),
        usage=normaliser.usage,
        trace_id=trace_id,
    )


def is_completion(value: Any) -> bool:
    """Say whether this is a completion or a chunk at all."""
    return isinstance(value, Mapping) and isinstance(value.get("choices"), list)


def _choice(index: int, all_parts: list[ChunkChoice], normaliser: Normaliser) -> CompletionChoice:
    parts = [part for part in all_parts if part.index == index]
    reasoning = "".join(part.delta.reasoning_content or "" for part in parts)
    return CompletionChoice(
        index=index,
        message=ChatMessage(
            role="assistant",
            content="".join(part.delta.content or "" for part in parts),
            reasoning_content=reasoning or None,
            tool_calls=_tool_calls(parts),
        ),
        finish_reason=normaliser.finish_reasons[index],
        raw_finish_reason=normaliser.raw_finish_reasons[index],
        logprobs=parts[0].logprobs,
    )


def _tool_calls(parts: list[ChunkChoice]) -> tuple[ToolCall, ...]:
    pieces = [piece for part in parts for piece in part.delta.tool_calls]
    calls = []
    for first in (piece for piece in pieces if piece.id is not None):
        same = [piece for piece in pieces if piece.index == first.index]
        calls.append(
            ToolCall(
                id=first.id or "",
                name=first.name or "",
                arguments="".join(piece.arguments for piece in same),
                extra={key: value for piece in same for key, value in piece.extra.items()},
            )
        )
    return tuple(calls)


def text_bytes(chunk: Chunk) -> int:
    """Count the bytes of text that a chunk adds: content, reasoning and tool arguments."""
    total = 0
    for choice in chunk.choices:
        delta = choice.delta
        if delta.content:
            total += _size(delta.content)
        if delta.reasoning_content:
            total += _size(delta.reasoning_content)
        for call in delta.tool_calls:
            total += _size(call.arguments)
    return total


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
