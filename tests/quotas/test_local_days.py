"""Limits by local days: used up before midnight, free at midnight, and exact in every zone."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import F, Sum
from django.test import Client

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle
from conversations.models import LedgerEntry, Period, UsageDay, UsageTotal
from conversations.quotas.reservation import standings
from conversations.quotas.state import quota_state
from conversations.quotas.status import QuotaExceeded
from conversations.transcript import Finished, TokenCounts
from tests.clock import Clock
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit

# The zone, the last local minutes of a day, and the moment at which the next one begins in UTC.
MIDNIGHTS = {
    "UTC": ("UTC", "2026-11-29 23:50", "2026-11-30T00:00:00+00:00"),
    "Shanghai": ("Asia/Shanghai", "2026-11-29 23:50", "2026-11-29T16:00:00+00:00"),
    "Kathmandu": ("Asia/Kathmandu", "2026-11-29 23:50", "2026-11-29T18:15:00+00:00"),
    "Berlin, 23 hours": ("Europe/Berlin", "2026-03-29 23:50", "2026-03-29T22:00:00+00:00"),
    "Berlin, 25 hours": ("Europe/Berlin", "2026-10-25 23:50", "2026-10-25T23:00:00+00:00"),
    "Santiago, no midnight": ("America/Santiago", "2026-09-05 23:50", "2026-09-06T04:00:00+00:00"),
    "Cairo, no midnight": ("Africa/Cairo", "2026-04-23 23:50", "2026-04-23T22:00:00+00:00"),
    "Havana, two midnights": ("America/Havana", "2026-10-31 23:50", "2026-11-01T04:00:00+00:00"),
}
TOKENS = F("prompt_tokens") + F("completion_tokens")
by_midnight = pytest.mark.parametrize(("zone", "before", "midnight"), MIDNIGHTS.values())


@pytest.fixture(autouse=True)
def model(db: None) -> None:
    make_model()


def begin(people: People) -> UUID:
    """An answer that begins now. Raises :class:`QuotaExceeded`."""
    sending = NewMessage(None, None, "Tell me about tea.", "test/model", {"max_tokens": 200})
    with transaction.atomic():
        return turns.send(people.alice, uuid4(), sending).generation.pk


def end(generation_id: UUID, cause: str = "completed", used: tuple[int, int] = (9, 12)) -> None:
    """The end of an answer, now, with the counts of its provider."""
    usage = TokenCounts(*used, sum(used))
    lifecycle.finish(generation_id, 1, Finished(cause=cause, usage=usage))


def use_up(people: People, count: int = 10) -> None:
    for _ in range(count):
        end(begin(people))


@by_midnight
def test_a_limit_that_is_used_up_before_midnight_is_free_at_midnight(
    people: People, clock: Clock, zone: str, before: str, midnight: str
) -> None:
    limit(10, "requests")
    clock.in_zone(zone)
    clock.set(before)
    use_up(people)
    with pytest.raises(QuotaExceeded) as refused:
        begin(people)
    assert refused.value.seconds_left == 600
    assert [state["resets_at"] for state in quota_state(people.alice)] == [midnight]
    clock.advance(minutes=9, seconds=59)
    with pytest.raises(QuotaExceeded):
        begin(people)
    clock.advance(seconds=1)
    assert clock.moment == datetime.fromisoformat(midnight)
    assert standings(people.alice, None)[0].left == 10
    end(begin(people))
    assert standings(people.alice, None)[0].left == 9


@pytest.mark.parametrize(
    ("zone", "resets"),
    [
        ("UTC", "on 30 November at 00:00 UTC"),
        ("Asia/Shanghai", "on 30 November at 00:00 Asia/Shanghai"),
        ("America/New_York", "on 30 November at 00:00 America/New_York"),
    ],
)
def test_a_refusal_names_the_local_time_and_its_zone(
    people: People, clock: Clock, zone: str, resets: str
) -> None:
    limit(1, "requests")
    clock.in_zone(zone)
    clock.set("2026-11-29 20:00")
    use_up(people, 1)
    with pytest.raises(QuotaExceeded, match=f"It resets {resets}"):
        begin(people)


def test_a_refusal_names_the_hour_at_which_a_day_without_midnight_begins(
    people: People, clock: Clock
) -> None:
    limit(1, "requests")
    clock.in_zone("America/Santiago")
    clock.set("2026-09-05 12:00")
    use_up(people, 1)
    with pytest.raises(QuotaExceeded, match="on 6 September at 01:00 America/Santiago"):
        begin(people)


@pytest.mark.parametrize(
    ("day", "hours", "fold"), [("2026-03-29", 23, 0), ("2026-10-25", 25, 0), ("2026-10-25", 25, 1)]
)
def test_all_hours_of_a_day_on_which_the_clock_is_changed_count_once(
    people: People, clock: Clock, day: str, hours: int, fold: int
) -> None:
    limit(hours, "requests")
    clock.in_zone("Europe/Berlin")
    clock.set(f"{day} 00:00")
    for _ in range(hours):
        use_up(people, 1)
        clock.advance(hours=1)
    # The next day: the whole limit.
    use_up(people, hours)
    assert list(_by_day(LedgerEntry, "requests").values()) == [hours, hours]
    # In the doubled hour nothing is counted twice, and nothing is given twice.
    clock.set(f"{day} 02:30", fold=fold)
    assert Period.DAY.end(clock.moment) - Period.DAY.start(clock.moment) == timedelta(hours=hours)


def test_a_month_begins_at_local_midnight(people: People, clock: Clock) -> None:
    limit(1, "requests", period="month")
    clock.in_zone("Asia/Shanghai")
    clock.set("2026-11-30 23:59")
    use_up(people, 1)
    with pytest.raises(QuotaExceeded):
        begin(people)
    clock.advance(minutes=1)
    use_up(people, 1)
    assert sorted(entry.day.month for entry in LedgerEntry.objects.all()) == [11, 12]


def test_an_hour_begins_at_half_past_in_utc_where_the_zone_does(
    people: People, clock: Clock
) -> None:
    limit(1, "requests", period="hour")
    clock.in_zone("Asia/Kolkata")
    clock.set("2026-11-29 14:10")
    use_up(people, 1)
    clock.set("2026-11-29 14:59")
    with pytest.raises(QuotaExceeded) as refused:
        begin(people)
    assert refused.value.seconds_left == 60
    clock.advance(minutes=1)
    use_up(people, 1)


@by_midnight
def test_an_answer_over_midnight_belongs_to_the_day_on_which_it_began(
    people: People, clock: Clock, zone: str, before: str, midnight: str
) -> None:
    limit(10, "requests")
    clock.in_zone(zone)
    clock.set(before)
    over_midnight = begin(people)
    clock.moment = datetime.fromisoformat(midnight)
    assert standings(people.alice, None)[0].left == 10
    end(over_midnight)
    use_up(people, 2)
    first, second = sorted(_by_day(LedgerEntry, "requests").items())
    assert str(first[0]) == before[:10]
    assert (second[0] - first[0], first[1], second[1]) == (timedelta(days=1), 1, 2)
    assert standings(people.alice, None)[0].used == 2
    assert_books_balance()


@by_midnight
def test_ledger_counters_sums_and_account_page_are_equal_after_all_ends(
    people: People, clock: Clock, zone: str, before: str, midnight: str
) -> None:
    limit(20, "requests")
    limit(2_000)
    clock.in_zone(zone)
    clock.set(before)
    for day in range(2):
        if day:
            clock.moment = datetime.fromisoformat(midnight)
        for cause in ("completed", "stopped", "interrupted", "failed"):
            end(begin(people), cause, (7, 11 + day))
        running = begin(people)
        with pytest.raises(QuotaExceeded):
            _begin_many(people)
        end(running, used=(80, 200))
        assert_books_balance()
        used = {each.rule.measure: each.used for each in standings(people.alice, None)}
        today = LedgerEntry.objects.filter(reserved_at__gte=Period.DAY.start(clock.moment))
        assert used == today.aggregate(requests=Sum("requests"), tokens=Sum(TOKENS))
        assert f"<dd>{used['tokens']:,}</dd>" in _account_page(people)
    for column in ("requests", "prompt_tokens", "completion_tokens"):
        sums = _by_day(LedgerEntry, column)
        assert sums == _by_day(UsageDay, column) == _by_day(UsageTotal, column)
        assert len(sums) == 2
    # Both days are on the chart, the present one last.
    total = sum(entry.tokens for entry in LedgerEntry.objects.all())
    assert f"{total:,} tokens" in _account_page(people)


def _begin_many(people: People) -> None:
    for _ in range(20):
        begin(people)


def _account_page(people: People) -> str:
    client = Client()
    client.force_login(people.alice)
    return client.get("/account/").content.decode()


def _by_day(records: type, column: str) -> dict[object, int]:
    rows = records.objects.order_by().values("day")  # type: ignore[attr-defined]
    return {row["day"]: row["sum"] for row in rows.annotate(sum=Sum(column))}
