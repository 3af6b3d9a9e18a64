"""Reads token counts, and ignores impossible ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from .types import Usage

# No context window or answer is near this size; faulty servers have sent 1e400 and negatives.
MOST_TOKENS = 100_000_000


def read_usage(value: Any) -> Usage | None:
    """Return the usage, or None if it is missing or impossible.

    An impossible detail becomes None; an impossible total becomes the sum of the two others.
    """
    if not isinstance(value, dict):
        return None
    prompt, completion = _count(value.get("prompt_tokens")), _count(value.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    total = _count(value.get("total_tokens"))
    cached = _count(_detail(value, "prompt_tokens_details", "cached_tokens"))
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion if total is None else total,
        reasoning_tokens=_count(_detail(value, "completion_tokens_details", "reasoning_tokens")),
        cached_tokens=_count(value.get("prompt_cache_hit_tokens")) if cached is None else cached,
    )


def add_up(counted: Sequence[Usage]) -> Usage:
    """Return the usage of choices that were counted separately: they share their prompt."""
    completion = sum(each.completion_tokens for each in counted)
    reasoning = [each.reasoning_tokens for each in counted]
    return msgspec.structs.replace(
        counted[-1],
        completion_tokens=completion,
        total_tokens=counted[-1].prompt_tokens + completion,
        reasoning_tokens=None if None in reasoning else sum(each or 0 for each in reasoning),
    )


def _detail(value: Mapping[str, Any], group: str, name: str) -> Any:
    details = value.get(group)
    return details.get(name) if isinstance(details, dict) else None


def _count(value: Any) -> int | None:
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None
