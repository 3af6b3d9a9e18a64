"""Limits after a change of ``TIME_ZONE``: nothing counts twice, and nothing is forgotten."""

import pytest

from conversations.models import Counter, Hold, LedgerEntry
from conversations.quotas.reservation import standings
from conversations.quotas.status import QuotaExceeded
from tests.clock import Clock
from tests.people import People, make_model
from tests.postgres import manage
from tests.quotas.books import assert_books_balance, limit
from tests.quotas.test_local_days import begin, end, use_up


@pytest.fixture(autouse=True)
def model(db: None) -> None:
    make_model()


def test_a_new_zone_counts_what_was_used_in_its_own_windows(people: People, clock: Clock) -> None:
    limit(10, "requests")
    clock.set("2026-11-29 15:00")
    use_up(people, 3)
    clock.set("2026-11-29 17:00")
    use_up(people, 2)
    assert standings(people.alice, None)[0].used == 5
    # In Shanghai it is 01:00 of the next day, which began at 16:00 in UTC.
    clock.in_zone("Asia/Shanghai")
    (standing,) = standings(people.alice, None)
    assert (standing.used, standing.resets_at.isoformat()) == (2, "2026-11-30T16:00:00+00:00")
    use_up(people, 8)
    with pytest.raises(QuotaExceeded):
        begin(people)
    assert {entry.day.day for entry in LedgerEntry.objects.all()} == {29, 30}
    assert [entry.day.day for entry in LedgerEntry.objects.order_by("reserved_at")][:5] == [29] * 5
    assert_books_balance()


@pytest.mark.parametrize("period", ["hour", "day", "month"])
@pytest.mark.parametrize("other", ["Asia/Shanghai", "America/Santiago", "Asia/Kathmandu"])
def test_a_zone_that_is_changed_and_changed_back_forgets_nothing(
    people: People, clock: Clock, period: str, other: str
) -> None:
    limit(10, "requests", period=period)
    clock.set("2026-11-29 12:50")
    use_up(people, 2)
    running = begin(people)
    clock.in_zone(other)
    use_up(people, 3)
    end(running)
    clock.in_zone("UTC")
    assert standings(people.alice, None)[0].used == 6
    use_up(people, 4)
    with pytest.raises(QuotaExceeded):
        begin(people)
    assert_books_balance()
    assert not Hold.objects.exists()


def test_a_counter_of_the_day_before_or_after_is_not_deleted(people: People, clock: Clock) -> None:
    """Requests at midnight reserve in the old and in the new window at the same time."""
    limit(10, "requests")
    for moment in ("2026-11-30 00:00", "2026-11-29 23:59", "2026-11-30 00:00"):
        clock.set(moment)
        use_up(people, 1)
    assert sorted(Counter.objects.values_list("period_start__day", flat=True)) == [29, 30]
    assert standings(people.alice, None)[0].used == 2


PREPARED = """
from tests.people import make_model, make_people
from tests.quotas.books import limit
make_people(), make_model(), limit(100, "requests")
"""
USED = """
from types import SimpleNamespace
from conversations.models import LedgerEntry, User
from conversations.quotas.reservation import standings
from tests.quotas.books import assert_books_balance
from tests.quotas.test_local_days import use_up
alice = User.objects.get(username="alice")
use_up(SimpleNamespace(alice=alice), 2)
assert_books_balance()
print(standings(alice, None)[0].used)
"""


@pytest.mark.long
def test_starts_with_different_zones_count_alike_on_postgresql(
    postgres_site: dict[str, str],
) -> None:
    manage(postgres_site, "shell", "-v0", "-c", PREPARED)
    used = [
        manage({**postgres_site, "TIME_ZONE": zone}, "shell", "-v0", "-c", USED).strip()
        for zone in ("UTC", "Asia/Shanghai", "America/Santiago", "UTC")
    ]
    assert used == ["2", "4", "6", "8"]
