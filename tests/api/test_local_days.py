"""Limits of API clients by local days: the headers, and the books after every kind of end."""

import pytest

from conversations.models import LedgerEntry, Period
from conversations.quotas.reservation import standings
from tests.api.conftest import Gateway
from tests.clock import Clock
from tests.quotas.books import assert_books_balance, limit

# The zone, and the last local minutes of a day.
BEFORE_MIDNIGHT = [
    ("UTC", "2026-11-29 23:50"),
    ("Asia/Shanghai", "2026-11-29 23:50"),
    ("Europe/Berlin", "2026-03-29 23:50"),
    ("Europe/Berlin", "2026-10-25 23:50"),
    ("America/Santiago", "2026-09-05 23:50"),
]


@pytest.mark.parametrize(("zone", "before"), BEFORE_MIDNIGHT)
def test_a_limit_that_is_used_up_before_midnight_is_free_at_midnight(
    gateway: Gateway, clock: Clock, zone: str, before: str
) -> None:
    limit(10, "requests")
    clock.in_zone(zone)
    clock.set(before)
    for _ in range(10):
        answer = gateway.post(gateway.body())
        assert answer.headers["x-ratelimit-reset-requests"] == "600s"
    refused = gateway.post(gateway.body())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert refused.headers["x-ratelimit-reset-requests"] == "600s"
    assert f"at {'01:00' if zone == 'America/Santiago' else '00:00'} {zone}." in refused.text
    clock.advance(minutes=10)
    free = gateway.post(gateway.body())
    assert (free.status_code, free.headers["x-ratelimit-remaining-requests"]) == (200, "9")
    gateway.settled(11)


@pytest.mark.parametrize(("zone", "before"), BEFORE_MIDNIGHT)
def test_ledger_and_counters_are_equal_after_answers_errors_and_refusals(
    gateway: Gateway, clock: Clock, zone: str, before: str
) -> None:
    limit(8, "requests")
    limit(100_000)
    clock.in_zone(zone)
    clock.set(before)
    for _day in range(2):
        for script in ("good", "500", "error-mid-stream"):
            for streamed in (False, True):
                gateway.post(gateway.body(script, stream=streamed))
        assert gateway.post(gateway.body(max_tokens=-7)).status_code == 400
        clock.advance(minutes=10)
    gateway.settled(12)
    assert_books_balance()
    assert len({entry.day for entry in LedgerEntry.objects.all()}) == 2
    today = LedgerEntry.objects.filter(reserved_at__gte=Period.DAY.start(clock.moment))
    used = {each.rule.measure: each.used for each in standings(gateway.alice, None)}
    assert used == {
        "requests": sum(entry.requests for entry in today),
        "tokens": sum(entry.tokens for entry in today),
    }
