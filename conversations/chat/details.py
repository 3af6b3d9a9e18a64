"""The details of one answer: its request, tokens, cost and timing."""

from typing import Any

from conversations.generation.prompt import request_for
from conversations.models import Generation, LedgerEntry, Message, Policy


def details_of(message: Message, *, with_upstream_words: bool = False) -> dict[str, Any]:
    """The details of an answer, named as in docs/protocol.md; {} for a user message.

    ``with_upstream_words``, for administrators, adds a failure in the server's own words.
    """
    generation = message.generation
    if generation is None:
        return {}
    entry = LedgerEntry.objects.filter(generation_id=generation.pk).first()
    return {
        "model": message.model_name,
        "finish_reason": message.finish_reason or None,
        "upstream_id": generation.upstream_id or None,
        "status": generation.status,
        "created_at": generation.created_at.isoformat(),
        "parameters": generation.parameters,
        "request": request_for(message),
        "first_token_ms": generation.first_token_ms,
        **_timing(generation),
        **(_counted(entry) if entry else {}),
        **({"upstream_words": generation.upstream_words or None} if with_upstream_words else {}),
    }


def _timing(generation: Generation) -> dict[str, Any]:
    if generation.finished_at is None:
        return {"duration_ms": None, "tokens_per_second": None}
    duration = (generation.finished_at - generation.created_at).total_seconds()
    writing = duration - (generation.first_token_ms or 0) / 1000
    tokens = generation.completion_tokens or 0
    speed = round(tokens / writing, 1) if writing > 0 and tokens else None
    return {"duration_ms": int(duration * 1000), "tokens_per_second": speed}


def _counted(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "provider": entry.provider_name,
        "prompt_tokens": entry.prompt_tokens,
        "completion_tokens": entry.completion_tokens,
        "counted_by": entry.source,
        "cost_micros": entry.cost_micros,
        "currency": Policy.current().currency,
    }
