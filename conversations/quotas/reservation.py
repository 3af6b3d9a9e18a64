"""Reserves quota for a generation, in the transaction that creates it.

A generation writes no more than it holds, and what it holds is renewed while it writes
(:mod:`conversations.quotas.renewal`). So used and held amounts together stay within a limit,
whatever runs at the same time. All amounts are integers. The window of a limit is the one at the
time of the reservation.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.catalog.parameters import longest_answer
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
from conversations.quotas.lease import Lease, largest
from conversations.quotas.status import QuotaExceeded, Standing
from conversations.quotas.tokens import PromptSize, fitting_length

# A shorter answer is useless: the request is refused rather than lowered below this.
USEFUL_TOKENS = 32
# An answer begins with at most this part of what is left, so that the next ones can begin too.
FIRST_PART = 4


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

    @property
    def length(self) -> int | None:
        """The ``max_tokens`` that is asked for, as far as the context has room for it."""
        if self.max_tokens is None:
            return None
        return fitting_length(self.max_tokens, self.prompt, self.model.context_length)

    @property
    def longest(self) -> int:
        """The most tokens of one answer of open length: as the model is set up, and as its context
        has room for beside the prompt."""
        return fitting_length(longest_answer(self.model), self.prompt, self.model.context_length)

    def using(self, completion_tokens: int) -> ByMeasure[int]:
        """The most that is used if all answers together have that number of tokens."""
        prices = (self.model.prompt_price, self.model.completion_price)
        return most_of_request(prices, self.prompt.careful, completion_tokens)

    def with_reasoning(self, max_tokens: int) -> int:
        """The most tokens of all answers together, with what the model may think beyond."""
        return self.count * (max_tokens + self.model.reasoning_tokens)


@dataclass(frozen=True)
class Granted:
    """A reservation: the ``max_tokens`` to send, the lease of the run, and a notice for the user if
    ``max_tokens`` was set or lowered."""

    max_tokens: int | None
    lease: Lease
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
    """Reserve what a generation needs at first, inside the transaction that creates it.

    Sets or lowers ``max_tokens`` where less is left than it may write. The caller has to roll back
    its transaction when this raises :class:`QuotaExceeded`.
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
    held = wanted.using(granted.lease.held)
    parts = [
        _held(each, counter, held.of(each.rule.measure))
        for each, counter in zip(standing, counters, strict=True)
    ]
    rows.insert(Hold, _hold(generation_id, wanted, granted, parts, now))
    return granted


def _hold(
    generation_id: UUID, wanted: Wanted, granted: Granted, parts: list[list[Any]], moment: datetime
) -> dict[str, Any]:
    user, model, sent = wanted.user, wanted.model, granted.max_tokens
    return {
        "generation_id": generation_id,
        "user_id": user.pk,
        "username": user.get_username(),
        "model_name": model.name,
        "provider_name": model.provider.name,
        "prompt_price": model.prompt_price,
        "completion_price": model.completion_price,
        "prompt_bound": wanted.prompt.careful,
        "prompt_estimate": wanted.prompt.estimate,
        "completion_bound": granted.lease.held,
        "asked_tokens": None if sent is None else wanted.with_reasoning(sent),
        "longest": granted.lease.longest,
        "api_key_name": str(wanted.key or ""),
        "parts": parts,
        # The moment of its windows, so that a counter made later assigns it to the same ones.
        "created_at": moment,
    }


def _fitting(wanted: Wanted, standing: Sequence[Standing]) -> Granted:
    asked = wanted.length or wanted.longest

    def fits(completion_tokens: int) -> bool:
        used = wanted.using(completion_tokens)
        return all(used.of(each.rule.measure) <= each.left for each in standing)

    most = largest(-1, asked, lambda tokens: fits(wanted.count * tokens))
    if most < min(USEFUL_TOKENS, asked):
        raise _exceeded(wanted, standing, asked)
    may_write = wanted.with_reasoning(most)
    grows = any(Measure(each.rule.measure).grows_with_length for each in standing)
    # Where nothing counts its tokens, no other answer needs what it holds.
    held = _first_part(wanted, may_write, fits) if grows else may_write
    # A model that reasons may do so beyond max_tokens, and show nothing of it.
    hidden = wanted.with_reasoning(wanted.longest) if wanted.model.reasons else 0
    lease = Lease(held, may_write, max(may_write, hidden))
    if most == asked:
        return Granted(wanted.length, lease, _context_notice(wanted))
    return Granted(most, lease, _notice(most, wanted.max_tokens))


def _first_part(wanted: Wanted, may_write: int, fits: Callable[[int], bool]) -> int:
    """The tokens that an answer holds at first: its usual length, or a part of what is left."""
    usual = wanted.count * wanted.model.default_max_tokens
    left = largest(0, FIRST_PART * usual, fits)
    return min(may_write, usual, left, max(wanted.count * USEFUL_TOKENS, left // FIRST_PART))


def _context_notice(wanted: Wanted) -> str | None:
    if wanted.length == wanted.max_tokens:
        return None
    text = _(
        "The model has room for only %(most)s tokens for this answer, not %(asked)s: the question "
        "and the answer share its context."
    )
    return text % {"most": f"{wanted.length:,}", "asked": f"{wanted.max_tokens:,}"}


def _notice(most: int, asked: int | None) -> str:
    if asked is None:
        return _("Your limit allows only %(most)s tokens for this answer.") % {"most": f"{most:,}"}
    text = _("Your limit allows only %(most)s tokens for this answer, not %(asked)s.")
    return text % {"most": f"{most:,}", "asked": f"{asked:,}"}


def _exceeded(wanted: Wanted, standing: Sequence[Standing], asked: int) -> QuotaExceeded:
    """The refusal for the rule that leaves least, or for one in whose window it never fits."""
    least = wanted.using(wanted.count * min(USEFUL_TOKENS, asked))

    def room(each: Standing) -> tuple[bool, int]:
        measure = each.rule.measure
        most = largest(-1, asked, lambda n: wanted.using(wanted.count * n).of(measure) <= each.left)
        return least.of(measure) <= each.rule.limit, most

    tightest = min(standing, key=room)
    return QuotaExceeded(tightest, least.of(tightest.rule.measure))


def before(standing: Standing, generation_ids: Collection[UUID]) -> Standing:
    """The standing without what these generations hold."""
    holds = list(Hold.objects.filter(generation_id__in=generation_ids))
    counters = Counter.objects.in_bulk([part[0] for hold in holds for part in hold.parts])
    held = sum(
        part[2]
        for hold in holds
        for part in hold.parts
        if counters[part[0]].slot == standing.rule.slot
    )
    return replace(standing, held=standing.held - held)


def _held(standing: Standing, counter: Counter, amount: int) -> list[Any]:
    """Hold the amount in the counter if it still fits, which one guarded UPDATE decides."""
    if not rows.hold(counter.pk, amount, standing.rule.limit):
        raise QuotaExceeded(standing, amount)
    return [counter.pk, standing.rule.measure, amount]
