"""Settles a reservation: moves actual usage into counters, ledger and daily totals."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from conversations import days
from conversations.database import rows
from conversations.models import (
    ByMeasure,
    Generation,
    Hold,
    LedgerEntry,
    UsageDay,
    UsageTotal,
)
from conversations.quotas.counters import cost_micros
from conversations.quotas.tokens import BYTES_A_TOKEN, about, is_plausible
from conversations.transcript import ChoiceTranscript, Finished, TokenCounts, Transcript

# Servers put instructions and descriptions of tools of their own before a prompt.
HIDDEN_PROMPT_TOKENS = 16_384
# An estimate can be twice the number of tokens.
OVERLONG_ESTIMATE = 2
# The most that the column holds: a site may have been off for months before it settles. It is 0
# after a clock was set back.
LONGEST_MS = 2**31 - 1


@dataclass(frozen=True)
class Measured:
    """Measurements by the owner of a generation.

    ``began``: the upstream started to answer. ``pieces``: number of deltas, 0 where not counted.
    ``first_token_ms``: time to the first of them. ``text_bytes``: bytes of generated text, 0 where
    only the log has it. ``choices``: number of choices of the request.
    """

    began: bool
    pieces: int = 0
    first_token_ms: int | None = None
    text_bytes: int = 0
    choices: int = 1


UNSEEN = Measured(began=False)


@dataclass(frozen=True)
class Used:
    """Tokens and cost of one generation, and the source of the counts."""

    source: LedgerEntry.Source
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int

    @property
    def amounts(self) -> ByMeasure[int]:
        """The same by measure."""
        tokens = self.prompt_tokens + self.completion_tokens
        return ByMeasure(requests=self.requests, tokens=tokens, cost=self.cost_micros)


def settle(
    generation: Generation, last: Finished, transcript: Transcript, measured: Measured
) -> Used | None:
    """Replace the hold of a generation by its usage, inside the transaction that ends it.

    What was used is charged, also where it is more than was held. ``transcript`` has the text that
    this generation wrote, and nothing that was there before. Does nothing and returns None for a
    generation without a hold: settling twice charges once.
    """
    hold = rows.take(Hold, {"generation_id": generation.pk})
    if hold is None:
        return None
    used = _used(hold, last, transcript, measured)
    for counter_id, measure, amount in hold.parts:
        rows.release(counter_id, amount, used.amounts.of(measure))
    entry = _entry(generation, hold, last, used, measured)
    rows.insert(LedgerEntry, entry)
    _add_to_day(entry)
    return used


def _used(hold: Hold, last: Finished, transcript: Transcript, measured: Measured) -> Used:
    text_bytes = measured.text_bytes or sum(map(_text_bytes, transcript.choices.values()))
    guess = about(text_bytes, measured.pieces)
    if not measured.began:
        # After a crash nobody knows in how many pieces the text came: short ones are tokens each,
        # and the rough estimate may be three times as much. A run writes no more than it holds.
        guess = min(guess, hold.completion_bound)
    if last.usage and _is_believed(hold, last.usage, text_bytes, measured):
        counts = (last.usage.prompt_tokens, last.usage.completion_tokens)
        return _of(LedgerEntry.Source.PROVIDER, hold, *counts)
    # After a crash ``began`` is unknown, but text shows that the upstream started.
    if not (measured.began or guess):
        return Used(LedgerEntry.Source.NONE, 0, 0, 0, 0)
    return _of(LedgerEntry.Source.ESTIMATE, hold, hold.prompt_estimate, guess)


def _is_believed(hold: Hold, usage: TokenCounts, text_bytes: int, measured: Measured) -> bool:
    if not is_plausible_prompt(hold, usage.prompt_tokens):
        return False
    seen = (text_bytes, measured.pieces, measured.choices)
    return is_plausible(usage.completion_tokens, *seen, longest=hold.longest)


def is_plausible_prompt(hold: Hold, prompt_tokens: int) -> bool:
    """True if a provider's count of prompt tokens can be right: no token is shorter than a byte."""
    return 0 <= prompt_tokens <= BYTES_A_TOKEN * hold.prompt_estimate + HIDDEN_PROMPT_TOKENS


def _of(source: LedgerEntry.Source, hold: Hold, prompt: int, completion: int) -> Used:
    cost = cost_micros((hold.prompt_price, hold.completion_price), prompt, completion)
    return Used(source, 1, prompt, completion, cost)


def _text_bytes(choice: ChoiceTranscript) -> int:
    arguments = sum(len(call.arguments.encode()) for call in choice.tool_calls)
    return len(choice.content.encode()) + len(choice.reasoning_content.encode()) + arguments


def _entry(
    generation: Generation, hold: Hold, last: Finished, used: Used, measured: Measured
) -> dict[str, Any]:
    now = timezone.now()
    return {
        "generation_id": generation.pk,
        "user_id": hold.user_id,
        "username": hold.username,
        "model_name": hold.model_name,
        "provider_name": hold.provider_name,
        "api_key_name": hold.api_key_name,
        "day": days.day_of(hold.created_at),
        "reserved_at": hold.created_at,
        "settled_at": now,
        "outcome": last.cause,
        "error_code": last.error.code if last.error else "",
        "source": used.source,
        "requests": used.requests,
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "cost_micros": used.cost_micros,
        "asked_tokens": hold.asked_tokens,
        "first_token_ms": measured.first_token_ms,
        "duration_ms": _milliseconds(now - hold.created_at),
    }


def _milliseconds(duration: timedelta) -> int:
    return max(0, min(LONGEST_MS, int(duration.total_seconds() * 1000)))


_TOTAL_KEY = ("day", "model_name", "provider_name", "outcome", "error_code")
_DAY_KEY = (*_TOTAL_KEY, "username", "user_id")
_DAY_SUMS = ("requests", "prompt_tokens", "completion_tokens", "cost_micros")


def _is_overlong(entry: dict[str, Any]) -> bool:
    """True for an answer that went on beyond the length that its provider was asked for."""
    asked = entry["asked_tokens"]
    if asked is None:
        return False
    is_estimate = entry["source"] == LedgerEntry.Source.ESTIMATE
    most = asked * OVERLONG_ESTIMATE if is_estimate else asked
    return bool(entry["completion_tokens"] > most)


def _add_to_day(entry: dict[str, Any]) -> None:
    first_token_ms = entry["first_token_ms"]
    amounts = {
        "answers": 1,
        "estimated": int(entry["source"] == LedgerEntry.Source.ESTIMATE),
        "overlong": int(_is_overlong(entry)),
        "first_token_ms": first_token_ms or 0,
        "first_token_answers": int(first_token_ms is not None),
        **{name: entry[name] for name in _DAY_SUMS},
    }
    rows.add(UsageDay, {name: entry[name] for name in _DAY_KEY}, amounts)
    # Last, because all answers of the day share this row, and it is locked until the commit.
    rows.add(UsageTotal, {name: entry[name] for name in _TOTAL_KEY}, amounts)
