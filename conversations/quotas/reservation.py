"""Reserves quota for a generation, in the transaction that creates it.

The hold is the most that the generation can use, so that used and held amounts together never
exceed a limit, whatever runs at the same time. All amounts are integers. The window of a limit is
the one at the time of the reservation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.catalog.parameters import default_max_tokens
from conversations.database import rows
from conversations.models import (
    ApiKey,
    ByMeasure,
    Counter,
    Hold,
    LanguageModel,
    Measure,
    Period,
    Rule,
    Slot,
    User,
)
from conversations.quotas.counters import amounts, locked, most_of_request
from conversations.quotas.status import QuotaExceeded, Standing
from conversations.quotas.tokens import PromptSize

# A shorter answer is useless: the request is refused rather than lowered below this.
USEFUL_TOKENS = 32


@dataclass(frozen=True)
class Wanted:
    """The request of a generation: its prompt, and ``count`` answers of ``max_tokens``.

    ``key`` is the API key of an API client; its own limits then apply as well.
    """

    user: User
    model: LanguageModel
    prompt: PromptSize
    max_tokens: int | None
    count: int = 1
    key: ApiKey | None = None

    def most(self, max_tokens: int) -> ByMeasure[int]:
        """The most that can be used if every answer has ``max_tokens``."""
        prices = (self.model.prompt_price, self.model.completion_price)
        return most_of_request(prices, self.prompt.bound, self.completion_bound(max_tokens))

    def completion_bound(self, max_tokens: int) -> int:
        """The most tokens that all answers together can have, reasoning included."""
        return self.count * (max_tokens + self.model.reasoning_tokens)


@dataclass(frozen=True)
class Granted:
    """A reservation: the ``max_tokens`` to send, and a notice for the user if it was lowered."""

    max_tokens: int | None
    notice: str | None = None


def deciding_rules(
    user: User, model: LanguageModel | None, key: ApiKey | None = None
) -> list[Rule]:
    """The rules that decide: in each slot the user's own, else the most generous of the user's
    groups, else everyone's. Of equals the more generous decides. Rules of ``key`` have other
    slots, and so apply in addition."""
    decided: dict[Slot, Rule] = {}
    for rule in Rule.objects.applying_to(user, model, key):
        known = decided.get(rule.slot)
        if known is None or _rank(rule) > _rank(known):
            decided[rule.slot] = rule
    return sorted(decided.values(), key=lambda rule: rule.slot)


def _rank(rule: Rule) -> tuple[int, int]:
    specific = 2 if rule.user_id else 1 if rule.group_id else 0
    return specific, rule.limit


def standings(user: User, model: LanguageModel | None, key: ApiKey | None = None) -> list[Standing]:
    """The status of each deciding rule. For display only: it locks nothing."""
    now = timezone.now()
    rules = deciding_rules(user, model, key)
    found = zip(rules, amounts(user, rules, now), strict=True)
    return [Standing(rule, *amount, Period(rule.period).end(now)) for rule, amount in found]


def reserve(generation_id: UUID, wanted: Wanted) -> Granted:
    """Reserve the most that a generation can use, inside the transaction that creates it.

    Lowers ``max_tokens`` where that makes it fit. The caller has to roll back its transaction when
    this raises :class:`QuotaExceeded`.
    """
    Rule.objects.lock_for_reserving()
    rules = deciding_rules(wanted.user, wanted.model, wanted.key)
    now = timezone.now()
    counters = locked(wanted.user, rules, now)
    standing = [
        Standing(rule, each.used, each.held, Period(rule.period).end(now))
        for rule, each in zip(rules, counters, strict=True)
    ]
    granted = _fitting(wanted, standing)
    most = wanted.most(granted.max_tokens or 0)
    parts = [
        _held(each, counter, most.of(each.rule.measure))
        for each, counter in zip(standing, counters, strict=True)
    ]
    rows.insert(Hold, _hold(generation_id, wanted, granted, parts, now))
    return granted


def _hold(
    generation_id: UUID, wanted: Wanted, granted: Granted, parts: list[list[Any]], moment: datetime
) -> dict[str, Any]:
    user, model, most = wanted.user, wanted.model, granted.max_tokens
    return {
        "generation_id": generation_id,
        "user_id": user.pk,
        "username": user.get_username(),
        "model_name": model.name,
        "provider_name": model.provider.name,
        "prompt_price": model.prompt_price,
        "completion_price": model.completion_price,
        "prompt_bound": wanted.prompt.bound,
        "prompt_estimate": wanted.prompt.estimate,
        "completion_bound": None if most is None else wanted.completion_bound(most),
        "api_key_name": str(wanted.key or ""),
        "parts": parts,
        # The moment of its windows, so that a counter made later assigns it to the same ones.
        "created_at": moment,
    }


def _fitting(wanted: Wanted, standing: Sequence[Standing]) -> Granted:
    limiting = [each for each in standing if Measure(each.rule.measure).grows_with_length]
    if not limiting:
        return Granted(wanted.max_tokens)
    asked = wanted.max_tokens or default_max_tokens(wanted.model)
    most = min(_most_tokens(wanted, each, asked) for each in limiting)
    if most == asked:
        return Granted(asked)
    if most < min(USEFUL_TOKENS, asked):
        raise _exceeded(wanted, limiting, asked)
    text = _("Your limit allows only %(most)s tokens for this answer, not %(asked)s.")
    return Granted(most, text % {"most": f"{most:,}", "asked": f"{asked:,}"})


def _exceeded(wanted: Wanted, limiting: Sequence[Standing], asked: int) -> QuotaExceeded:
    """The refusal for the rule that leaves least, or for one in whose window it never fits."""

    def needed(each: Standing) -> int:
        return wanted.most(min(USEFUL_TOKENS, asked)).of(each.rule.measure)

    def room(each: Standing) -> tuple[bool, int]:
        return needed(each) <= each.rule.limit, _most_tokens(wanted, each, asked)

    tightest = min(limiting, key=room)
    return QuotaExceeded(tightest, needed(tightest))


def _most_tokens(wanted: Wanted, standing: Standing, asked: int) -> int:
    """The largest ``max_tokens`` up to ``asked`` that the rule has room for; -1 for none."""
    low, high = -1, asked
    while low < high:
        middle = (low + high + 1) // 2
        if wanted.most(middle).of(standing.rule.measure) <= standing.left:
            low = middle
        else:
            high = middle - 1
    return low


def _held(standing: Standing, counter: Counter, amount: int) -> list[Any]:
    """Hold the amount in the counter if it still fits, which one guarded UPDATE decides."""
    if not rows.hold(counter.pk, amount, standing.rule.limit):
        raise QuotaExceeded(standing, amount)
    return [counter.pk, standing.rule.measure, amount]
