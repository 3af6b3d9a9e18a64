"""Counters: cached sums of ledger and holds for the window of a limit.

A reservation computes the counters that are missing. While no limit reads a counter, nothing is
added to it; so a change of limits deletes the counters that they read, and the next reservation
computes them again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import F, Q, Sum
from django.db.models.expressions import Combinable

from conversations.database import rows
from conversations.models import (
    ByMeasure,
    Counter,
    Hold,
    LedgerEntry,
    Period,
    Rule,
    User,
)

_NOTHING = {"used": 0, "held": 0}
_MOMENT = timedelta(microseconds=1)
# The columns of the ledger that counters add up.
_USED: ByMeasure[Combinable] = ByMeasure(
    requests=F("requests"),
    tokens=F("prompt_tokens") + F("completion_tokens"),
    cost=F("cost_micros"),
)


def locked(user: User, rules: Sequence[Rule], moment: datetime) -> list[Counter]:
    """The counters of the rules, in the same order, locked until the transaction ends."""
    keys = [_key(user, rule, moment) for rule in rules]
    known = rows.found(Counter, keys)
    if len(known) < len(keys):
        _make(user, rules, moment)
    elif not connection.features.has_select_for_update:
        # SQLite has one writer at a time: nothing changes between reading and writing.
        return known
    # In the order of their slots, so that two reservations never wait for each other.
    return rows.found(Counter, keys, lock=True)


def amounts(user: User, rules: Sequence[Rule], moment: datetime) -> list[tuple[int, int]]:
    """The used and held amounts in the window of each rule, with or without a counter."""
    keys = [_key(user, rule, moment) for rule in rules]
    known = {counter.slot: counter for counter in rows.found(Counter, keys)}
    missing = [rule for rule in rules if rule.slot not in known]
    so_far = dict(zip(missing, _so_far(user, missing, moment), strict=True))
    return [so_far.get(rule) or (known[rule.slot].used, known[rule.slot].held) for rule in rules]


def _so_far(user: User, rules: Sequence[Rule], moment: datetime) -> list[tuple[int, int]]:
    holds = list(Hold.objects.filter(user=user)) if rules else []
    held = [
        sum(amounts_of(hold).of(rule.measure) for hold in _within(rule, holds, moment))
        for rule in rules
    ]
    return list(zip(_used(user, rules, moment), held, strict=True))


def _key(user: User, rule: Rule, moment: datetime) -> dict[str, object]:
    start = Period(rule.period).start(moment)
    return {"user_id": user.pk, **rule.slot._asdict(), "period_start": start}


def _make(user: User, rules: Sequence[Rule], moment: datetime) -> None:
    # Holds are locked before counters, as settlements do it. Afterwards the ledger has what they
    # settled, and nothing new is held in these windows before the counters are there.
    holds = list(Hold.objects.select_for_update().filter(user=user).order_by("pk"))
    # None for a counter that exists, or that another reservation has made meanwhile.
    made = [
        (rule, counter)
        for rule in rules
        if (counter := rows.inserted(Counter, {**_key(user, rule, moment), **_NOTHING}))
    ]
    _delete_overlapping(user, [counter for _rule, counter in made])
    used = _used(user, [rule for rule, _counter in made], moment)
    for (rule, counter), amount in zip(made, used, strict=True):
        counter.used = amount
        _hold_for_running(counter, rule, _within(rule, holds, moment))


def _delete_overlapping(user: User, made: Iterable[Counter]) -> None:
    """Delete the counters of other windows that overlap those of new counters.

    They were made before ``TIME_ZONE`` was changed. Nothing is added to them any more, so that they
    would be short if it were changed back.
    """
    overlapping = [_overlapping(counter) for counter in made if counter.period != Period.TOTAL]
    if overlapping:
        Counter.objects.filter(reduce(or_, overlapping), user=user).delete()


def _overlapping(counter: Counter) -> Q:
    period, start = Period(counter.period), counter.period_start
    previous, following = period.start(start - _MOMENT), period.end(start)
    within = Q(period_start__gt=previous, period_start__lt=following)
    return Q(**counter.slot._asdict()) & within & ~Q(period_start=start)


def _hold_for_running(counter: Counter, rule: Rule, holds: Iterable[Hold]) -> None:
    for hold in holds:
        amount = amounts_of(hold).of(rule.measure)
        hold.parts = _in_order([*hold.parts, [counter.pk, rule.measure, amount]])
        hold.save(update_fields=["parts"])
        counter.held += amount
    counter.save(update_fields=["used", "held"])


def _in_order(parts: list[list[object]]) -> list[list[object]]:
    """Parts in the order in which counters are locked, without those of deleted counters."""
    counters = Counter.objects.in_bulk([part[0] for part in parts])
    kept = [part for part in parts if part[0] in counters]
    return sorted(kept, key=lambda part: counters[part[0]].slot)


def _used(user: User, rules: Sequence[Rule], moment: datetime) -> list[int]:
    """The sums of the ledger for the rules, in one query for all of them."""
    if not rules:
        return []
    sums = [Sum(_USED.of(rule.measure), filter=_entries_of(rule, moment)) for rule in rules]
    first = min(Period(rule.period).start(moment) for rule in rules)
    # Only for the index: the day of an entry may be the one before its day in UTC.
    entries = LedgerEntry.objects.filter(user=user, day__gte=first.date() - timedelta(days=1))
    found = entries.aggregate(**{f"of_{number}": each for number, each in enumerate(sums)})
    return [found[f"of_{number}"] or 0 for number in range(len(rules))]


def _entries_of(rule: Rule, moment: datetime) -> Q:
    end = Period(rule.period).end(moment)
    entries = Q(reserved_at__gte=Period(rule.period).start(moment))
    if end:
        # An answer that began in an earlier window is renewed in that one.
        entries &= Q(reserved_at__lt=end)
    if rule.language_model:
        entries &= Q(model_name=rule.language_model.name)
    if rule.api_key:
        entries &= Q(api_key_name__endswith=rule.api_key.ending)
    return entries


def _within(rule: Rule, holds: Iterable[Hold], moment: datetime) -> list[Hold]:
    """The holds that a rule counts: the same conditions as :func:`_entries_of`."""
    start, end = Period(rule.period).start(moment), Period(rule.period).end(moment)
    model, key = rule.language_model, rule.api_key
    return [
        hold
        for hold in holds
        if hold.created_at >= start
        and (end is None or hold.created_at < end)
        and (model is None or hold.model_name == model.name)
        and (key is None or hold.api_key_name.endswith(key.ending))
    ]


def amounts_of(hold: Hold) -> ByMeasure[int]:
    """The amounts of a hold, by measure."""
    prices = (hold.prompt_price, hold.completion_price)
    return most_of_request(prices, hold.prompt_bound, hold.completion_bound)


def most_of_request(
    prices: tuple[Decimal, Decimal], prompt_bound: int, completion_bound: int
) -> ByMeasure[int]:
    """The most that a request can use if its prompt and completion have at most these tokens."""
    return ByMeasure(
        requests=1,
        tokens=prompt_bound + completion_bound,
        cost=cost_micros(prices, prompt_bound, completion_bound),
    )


def cost_micros(prices: tuple[Decimal, Decimal], prompt_tokens: int, completion_tokens: int) -> int:
    """The cost in millionths of the currency, rounded up. A price is for a million tokens."""
    exact = prices[0] * prompt_tokens + prices[1] * completion_tokens
    return int(Decimal(exact).to_integral_value(ROUND_CEILING))
