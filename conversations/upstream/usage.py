"""Reads token counts, and ignores impossible ones.

They have OpenAI's names, or ``input_tokens`` and ``output_tokens``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from .types import Usage

# Several times the largest context window and the longest answer that are offered: faulty servers
# have sent 1e400 and negatives.
MOST_TOKENS = 20_000_000
MOST_COMPLETION_TOKENS = 2_000_000
# Anthropic counts these beside the prompt.
_CACHES = ("cache_read_input_tokens", "cache_creation_input_tokens")


def read_usage(value: Any) -> Usage | None:
    """Return the usage, or None if it is missing, impossible, or zero in all.

    A missing count is the rest of the total. What a total has beside prompt and completion was
    written as well: reasoning on top of the completion tokens, counted apart (xAI) or nowhere else
    (Gemini); or it was read, where a cache that served it is counted apart. Without a total,
    reasoning is on top if it is more than the completion tokens.
    """
    if not isinstance(value, dict):
        return None
    prompt, completion = _counts(value)
    if prompt is None or completion is None or not (prompt or completion):
        return None
    if completion > MOST_COMPLETION_TOKENS:
        return None
    reasoning = _first(value, ("completion_tokens_details", "output_tokens_details"), "reasoning")
    prompt, completion = _with_rest(value, prompt, completion, reasoning or 0)
    cached = _first(value, ("prompt_tokens_details", "input_tokens_details"), "cached")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        reasoning_tokens=reasoning,
        cached_tokens=_count(value.get("prompt_cache_hit_tokens")) if cached is None else cached,
    )


def later(before: Usage | None, after: Usage) -> Usage:
    """Return the usage that counts after ``before``: servers count up while they write.

    A zero, or fewer completion tokens than before, replaces nothing.
    """
    if before is None:
        return after
    newer = after if after.completion_tokens >= before.completion_tokens else before
    prompt = after.prompt_tokens or before.prompt_tokens
    return msgspec.structs.replace(
        newer, prompt_tokens=prompt, total_tokens=prompt + newer.completion_tokens
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


def _counts(value: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return (prompt, completion) tokens; an impossible one spoils both, a missing one does not."""
    prompt, completion = (
        next((value[name] for name in names if value.get(name) is not None), None)
        for names in (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    )
    known = [_count(each) for each in (prompt, completion)]
    total = _total(value)
    if prompt is None and known[1] is not None and total is not None:
        known[0] = _count(total - known[1])
    if completion is None and known[0] is not None and total is not None:
        known[1] = _count(total - known[0])
    return known[0], known[1]


def _with_rest(
    value: Mapping[str, Any], prompt: int, completion: int, reasoning: int
) -> tuple[int, int]:
    """Return (prompt, completion) with what the total has beside them."""
    rest = (_total(value) or 0) - prompt - completion
    if rest < 0:
        return prompt, completion + (reasoning if reasoning > completion else 0)
    if rest > MOST_COMPLETION_TOKENS - completion:
        return prompt, completion
    read = min(rest, sum(_count(value.get(name)) or 0 for name in _CACHES))
    return prompt + read, completion + rest - read


def _total(value: Mapping[str, Any]) -> int | None:
    return _count(value.get("total_tokens"))


def _first(value: Mapping[str, Any], groups: Sequence[str], kind: str) -> int | None:
    """Return the count of a kind of tokens: from a group of details, else beside the others."""
    name = f"{kind}_tokens"
    places = [*(_field(value.get(group), name) for group in groups), value.get(name)]
    return next((count for place in places if (count := _count(place)) is not None), None)


def read_timings(value: Any) -> Usage | None:
    """Read llama.cpp's own counts. Without ``cache_n`` they lack the cached part of the prompt."""
    fresh, cached, made = (
        _count(_field(value, name)) for name in ("prompt_n", "cache_n", "predicted_n")
    )
    if fresh is None or cached is None or not made:
        return None
    prompt = fresh + cached
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=made,
        total_tokens=prompt + made,
        cached_tokens=cached,
    )


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _count(value: Any) -> int | None:
    if isinstance(value, str):
        value = _number(value)
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
