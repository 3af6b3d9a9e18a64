"""Days, months and hours by the clock of the site's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from conversations import days
from conversations.models import Period

SECOND = timedelta(seconds=1)
ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Asia/Kolkata",  # 5:30
    "Asia/Kathmandu",  # 5:45
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # -3:30, with summer time
    "Australia/Lord_Howe",  # the clock is changed by half an hour
    "Pacific/Chatham",  # 12:45, with summer time
    "Pacific/Kiritimati",  # 14:00
    "Etc/GMT+12",
    "Africa/Cairo",  # no midnight when summer begins, as in the next four
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Atlantic/Azores",
    "America/Scoresbysund",  # the hour before midnight is left out or comes twice
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def windows(period: Period, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The windows of a period one after the other, from the one that contains ``first``."""
    moment = first
    while moment < last:
        end = period.end(moment)
        assert end is not None
        yield period.start(moment), end
        moment = end


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("period", [Period.DAY, Period.MONTH])
def test_windows_follow_each_other_without_a_gap_or_an_overlap(
    settings: LazySettings, zone: str, period: Period
) -> None:
    settings.TIME_ZONE = zone
    found = list(windows(period, utc("2025-12-31 00:00"), utc("2027-02-01 00:00")))
    assert [start for start, _end in found[1:]] == [end for _start, end in found[:-1]]
    for start, end in found:
        inside = [start, start + SECOND, end - SECOND]
        assert {(period.start(moment), period.end(moment)) for moment in inside} == {(start, end)}


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_begins_when_its_date_does(settings: LazySettings, zone: str) -> None:
    settings.TIME_ZONE = zone
    for number in range(730):
        day = date(2026, 1, 1) + timedelta(days=number)
        start = days.start_of_day(day)
        assert start.tzinfo is UTC
        assert start.astimezone(ZoneInfo(zone)).date() == day == days.day_of(start)
        assert (start - SECOND).astimezone(ZoneInfo(zone)).date() == day - timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES)
def test_an_hour_begins_at_a_whole_hour_of_the_local_clock(
    settings: LazySettings, zone: str
) -> None:
    settings.TIME_ZONE = zone
    found = list(windows(Period.HOUR, utc("2026-01-01 00:17"), utc("2027-01-01 00:00")))
    assert [start for start, _end in found[1:]] == [end for _start, end in found[:-1]]
    assert {start.astimezone(ZoneInfo(zone)).minute for start, _end in found} == {0}
    usual = timedelta(hours=1)
    others = [end - start for start, end in found if end - start != usual]
    assert others == ([timedelta(minutes=90)] * 2 if zone == "Australia/Lord_Howe" else [])


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("UTC", "2026-03-29", "2026-03-29 00:00", 24),
        ("Asia/Shanghai", "2026-11-29", "2026-11-28 16:00", 24),
        ("Asia/Kolkata", "2026-11-29", "2026-11-28 18:30", 24),
        ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00", 25),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", 23.5),
        ("America/Santiago", "2026-09-06", "2026-09-06 04:00", 23),
        ("America/Santiago", "2026-04-04", "2026-04-04 03:00", 25),
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00", 23),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00", 25),
    ],
)
def test_a_day_on_which_the_clock_is_changed_is_one_day(
    settings: LazySettings, zone: str, day: str, start: str, hours: float
) -> None:
    settings.TIME_ZONE = zone
    begins = utc(start)
    ends = begins + timedelta(hours=hours)
    for moment in (begins, ends - SECOND):
        assert days.day_of(moment) == date.fromisoformat(day)
        assert (Period.DAY.start(moment), Period.DAY.end(moment)) == (begins, ends)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Asia/Shanghai", "2026-10-31 16:00", "2026-11-30 16:00"),
        ("Europe/Berlin", "2026-10-31 23:00", "2026-11-30 23:00"),
        ("America/New_York", "2026-11-01 04:00", "2026-12-01 05:00"),
    ],
)
def test_a_month_begins_at_the_local_midnight_of_its_first_day(
    settings: LazySettings, zone: str, start: str, end: str
) -> None:
    settings.TIME_ZONE = zone
    for moment in (utc(start), utc(end) - SECOND):
        assert (Period.MONTH.start(moment), Period.MONTH.end(moment)) == (utc(start), utc(end))


def test_an_hour_of_half_past_in_utc_is_a_whole_hour_in_kolkata(settings: LazySettings) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    moment = utc("2026-11-29 08:29:59")
    assert Period.HOUR.start(moment) == utc("2026-11-29 07:30")
    assert Period.HOUR.end(moment) == utc("2026-11-29 08:30")
