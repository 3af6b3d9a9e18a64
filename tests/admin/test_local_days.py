"""Days in the administration: its ledger, search, files and reports agree in every zone."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle
from conversations.models import KeptCompletion, LedgerEntry
from conversations.transcript import Finished, TokenCounts
from tests.admin.administrator import Administrator
from tests.admin.test_ledger import LIST, exported
from tests.clock import Clock
from tests.people import People, make_model

pytestmark = pytest.mark.django_db(transaction=True)

# A zone, and a local time at which UTC has another day.
PLACES = {
    "UTC": ("UTC", "2026-11-29 23:50"),
    "Shanghai": ("Asia/Shanghai", "2026-11-30 01:00"),
    "New York": ("America/New_York", "2026-11-29 23:50"),
    "Berlin, 23 hours": ("Europe/Berlin", "2026-03-29 00:30"),
    "Berlin, 25 hours": ("Europe/Berlin", "2026-10-25 23:50"),
    "Santiago, no midnight": ("America/Santiago", "2026-09-06 01:10"),
}
everywhere = pytest.mark.parametrize(("zone", "local"), PLACES.values(), ids=PLACES)


def answer(people: People, clock: Clock, seconds: float = 0) -> LedgerEntry:
    """An answer of so many seconds that begins now."""
    sending = NewMessage(None, None, "Tell me about tea.", "test/model", {"max_tokens": 200})
    with transaction.atomic():
        generation = turns.send(people.alice, uuid4(), sending).generation
    clock.advance(seconds=seconds)
    last = Finished(cause="completed", usage=TokenCounts(9, 12, 21))
    lifecycle.finish(generation.pk, 1, last)
    return LedgerEntry.objects.get(generation_id=generation.pk)


@pytest.fixture(autouse=True)
def model(db: None) -> None:
    make_model()


@everywhere
def test_shown_time_search_file_and_report_have_the_same_day(
    dana: Administrator, people: People, clock: Clock, zone: str, local: str
) -> None:
    clock.in_zone(zone)
    clock.set(local)
    answer(people, clock)
    day = local[:10]
    page = dana.text(LIST)
    shown = f"{datetime.fromisoformat(local):%b %-d, %Y, %H:%M} {zone}"
    assert re.findall(r"<time[^>]*>([^<]*)", page) == [shown, shown]
    queries = ("q", "day", "reserved_at__date", "settled_at__date")
    for query in queries:
        assert "1 ledger entry" in dana.text(LIST, **{query: day})
        for other in (-1, 1):
            around = date.fromisoformat(day) + timedelta(days=other)
            assert "0 ledger entries" in dana.text(LIST, **{query: str(around)})
    (line,) = exported(people.dana)
    offset = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).isoformat()[-6:]
    assert line["day"] == day
    assert line["reserved_at"] == line["settled_at"] == f"{local}:00{offset}"
    assert datetime.fromisoformat(line["reserved_at"]) == clock.moment
    used = {line["day"]: line["answers"] for line in dana.export("days")}
    assert {name for name, answers in used.items() if answers == "1"} == {day}
    assert max(used) == day
    assert f"Days begin at 00:00 {zone}." in dana.text("/admin/usage/")


@everywhere
def test_the_filter_of_today_begins_at_local_midnight(
    dana: Administrator, people: People, clock: Clock, zone: str, local: str
) -> None:
    clock.in_zone(zone)
    yesterday = date.fromisoformat(local[:10]) - timedelta(days=1)
    clock.set(f"{yesterday} 23:59")
    answer(people, clock)
    clock.set(local)
    answer(people, clock)
    links = re.findall(r'href="(\?settled_at__gte=[^"]*)"[^>]*>Today', dana.text(LIST))
    assert "1 ledger entry" in dana.text(LIST + links[0].replace("&amp;", "&"))


def test_an_answer_over_midnight_is_found_on_the_day_that_is_shown_as_its_start(
    dana: Administrator, people: People, clock: Clock
) -> None:
    clock.in_zone("Asia/Shanghai")
    clock.set("2026-11-29 23:59")
    answer(people, clock, seconds=120)
    page = dana.text(LIST, q="2026-11-29")
    shown = re.findall(r"<time[^>]*>([^<]*)", page)
    assert shown == ["Nov 29, 2026, 23:59 Asia/Shanghai", "Nov 30, 2026, 00:01 Asia/Shanghai"]


def test_an_entry_keeps_the_day_that_it_was_written_with(
    dana: Administrator, people: People, clock: Clock
) -> None:
    clock.set("2026-11-29 17:00")
    answer(people, clock)
    clock.in_zone("Asia/Shanghai")
    answer(people, clock)
    assert "1 ledger entry" in dana.text(LIST, q="2026-11-29")
    used = {line["day"]: line["answers"] for line in dana.export("days")}
    assert (used["2026-11-29"], used["2026-11-30"]) == ("1", "1")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Santiago"])
def test_stored_completions_are_found_by_the_local_day(
    dana: Administrator, people: People, clock: Clock, zone: str
) -> None:
    clock.in_zone(zone)
    # The day on which Santiago has no midnight.
    for text in ("2026-09-05 23:59", "2026-09-06 01:00", "2026-09-06 23:59", "2026-09-07 00:00"):
        clock.set(text)
        KeptCompletion.objects.create(
            generation_id=uuid4(), user=people.alice, request="{}", created_at=clock.moment
        )
    stored = "/admin/conversations/keptcompletion/"
    day = {"created_at__year": 2026, "created_at__month": 9, "created_at__day": 6}
    assert "2 stored API calls" in dana.text(stored, **day)
    assert "created_at__day=6" in dana.text(stored, created_at__year=2026, created_at__month=9)


def test_this_month_in_the_list_of_users_is_the_local_month(
    dana: Administrator, people: People, clock: Clock
) -> None:
    clock.in_zone("Asia/Shanghai")
    clock.set("2026-11-30 23:59")
    answer(people, clock)
    clock.set("2026-12-01 00:00")
    assert clock.moment == datetime(2026, 11, 30, 16, tzinfo=UTC)
    answer(people, clock)
    page = dana.text("/admin/conversations/user/")
    assert re.findall(r">(\d+) tokens", page) == ["21", "0", "0", "0"]
