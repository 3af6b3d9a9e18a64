"""The invariants between holds, counters and the ledger."""

from collections import Counter as Tally
from datetime import timedelta

from django.db.models import F, Sum
from django.utils import timezone

from conversations.models import ALL_USE, ApiKey, Counter, Hold, LedgerEntry, Period, Rule, User

# The longest time of an answer, and a minute to store its end.
LEASE = timedelta(seconds=660)


def limit(amount: int, measure: str = "tokens", **fields: object) -> Rule:
    """A rule, for everyone and a day unless ``fields`` differ."""
    return Rule.objects.create(measure=measure, limit=amount, **{"period": "day", **fields})


def assert_books_balance(over: int = 0) -> None:
    """Counters equal the sums of holds and ledger, and no limit is exceeded by more than ``over``:
    the tokens of one commit interval for each stream."""
    held = _held_by_counter()
    for counter in Counter.objects.select_related("user"):
        assert counter.held == held[counter.pk]
        assert counter.used == _used(counter)
    for rule in Rule.objects.filter(user=None, group=None):
        counters = Counter.objects.filter(
            measure=rule.measure, period=rule.period, key_scope=rule.key_scope
        )
        assert all(counter.used + counter.held <= rule.limit + over for counter in counters)
    assert not Hold.objects.filter(created_at__lt=timezone.now() - LEASE).exists()


def _held_by_counter() -> Tally[int]:
    held: Tally[int] = Tally()
    for hold in Hold.objects.all():
        for counter_id, _measure, amount in hold.parts:
            held[counter_id] += amount
    return held


def _used(counter: Counter) -> int:
    tokens = F("prompt_tokens") + F("completion_tokens")
    column = {"requests": "requests", "tokens": tokens, "cost": "cost_micros"}
    entries = LedgerEntry.objects.filter(user=counter.user, reserved_at__gte=counter.period_start)
    if end := Period(counter.period).end(counter.period_start):
        entries = entries.filter(reserved_at__lt=end)
    if counter.key_scope != ALL_USE:
        entries = entries.filter(api_key_name=str(ApiKey.objects.get(pk=counter.key_scope)))
    return entries.aggregate(total=Sum(column[counter.measure]))["total"] or 0


def used_by(user: User, measure: str) -> int:
    """The used amount of a measure in all windows of a user."""
    return (
        Counter.objects.filter(user=user, measure=measure).aggregate(total=Sum("used"))["total"]
        or 0
    )
