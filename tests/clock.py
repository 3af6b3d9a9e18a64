"""A clock that a test sets, and the zones in which days are tested."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.utils import timezone


class Clock:
    """The site's clock, which stands still at a local time of the site's zone."""

    def __init__(self, settings: LazySettings) -> None:
        self._settings = settings
        self.in_zone("UTC")
        self.moment = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def in_zone(self, zone: str) -> None:
        """Set ``TIME_ZONE``, as an operator does between two starts."""
        self._settings.TIME_ZONE = zone

    def set(self, text: str, *, fold: int = 0) -> None:
        """Set the local time, such as "2026-11-29 23:50"; ``fold`` 1 is the second of two."""
        zone = ZoneInfo(self._settings.TIME_ZONE)
        self.moment = datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)

    def advance(self, **duration: float) -> None:
        """Move on by a duration, such as ``minutes=10``."""
        self.moment += timedelta(**duration)


@pytest.fixture
def clock(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in UTC; all of the site reads it."""
    clock = Clock(settings)
    monkeypatch.setattr(timezone, "now", lambda: clock.moment)
    return clock
