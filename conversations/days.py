"""The site's clock: the local day of a moment, and when days and hours begin, by ``TIME_ZONE``.

Moments are stored in UTC. Everything that belongs to a day, from limits to reports, gets its day
here, so that limits, ledger, reports and pages agree. Moments that are returned are in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """The present day."""
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    """The day that contains ``moment``."""
    return _local(moment).date()


def start_of_day(day: date) -> datetime:
    """The beginning of a day. Days on which the clock is changed have 23 or 25 hours.

    Where the clock is set forward at midnight, the day begins at 01:00: midnight is missing, and
    read with the offset before the change (``fold=0``) it is that same moment. Where the clock is
    set back to midnight, the day begins at the first of the two.
    """
    return datetime.combine(day, time.min, timezone.get_default_timezone()).astimezone(UTC)


def start_of_hour(moment: datetime) -> datetime:
    """The last moment up to this one at which the local clock shows a whole hour.

    In zones such as Asia/Kolkata it is half past an hour in UTC. Where the clock is changed by
    half an hour, one hour has 90 minutes.
    """
    start = moment.astimezone(UTC).replace(second=0, microsecond=0)
    while past := _local(start).minute:
        start -= timedelta(minutes=past)
    return start


def end_of_hour(moment: datetime) -> datetime:
    """The first moment after this one at which the local clock shows a whole hour."""
    end = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    while past := _local(end).minute:
        end += timedelta(minutes=60 - past)
    return end


def zone_name() -> str:
    """The name of the zone, to be shown after a time: "UTC", "Europe/Berlin"."""
    return str(settings.TIME_ZONE)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(timezone.get_default_timezone())
