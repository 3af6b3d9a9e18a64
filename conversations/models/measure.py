"""The measures and periods of limits, and amounts of a measure as text."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar, assert_never

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conversations import days
from conversations.models.policy import Policy

T = TypeVar("T")

MICROS = 1_000_000


class Measure(TextChoices):
    """The quantity that a rule limits. Money is counted in millionths of the currency."""

    REQUESTS = "requests", _("requests")
    TOKENS = "tokens", _("tokens")
    COST = "cost", _("cost")

    @property
    def is_money(self) -> bool:
        """True for amounts in millionths of the currency, false for plain counts."""
        return _IS_MONEY.of(self)

    @property
    def grows_with_length(self) -> bool:
        """True where a shorter answer uses less, so that lowering ``max_tokens`` makes room."""
        return _GROWS_WITH_LENGTH.of(self)


class ByMeasure(NamedTuple, Generic[T]):
    """One value for each measure.

    All code that treats measures differently does it through this type. No field has a default:
    a new measure is a new field, and every place that forgets it fails.
    """

    requests: T
    tokens: T
    cost: T

    def of(self, measure: str) -> T:
        """The value for this measure."""
        found: T = getattr(self, Measure(measure).value)
        return found


class Period(TextChoices):
    """The time over which a limit counts: calendar windows of the site's time zone, or all
    time. Moments are in UTC."""

    MINUTE = "minute", _("a minute")
    HOUR = "hour", _("an hour")
    DAY = "day", _("a day")
    MONTH = "month", _("a month")
    TOTAL = "total", _("in all")

    def start(self, moment: datetime) -> datetime:
        """The start of the window that contains ``moment``."""
        match self:
            case Period.MINUTE:
                return moment.astimezone(UTC).replace(second=0, microsecond=0)
            case Period.HOUR:
                return days.start_of_hour(moment)
            case Period.DAY:
                return days.start_of_day(days.day_of(moment))
            case Period.MONTH:
                return days.start_of_day(days.day_of(moment).replace(day=1))
            case Period.TOTAL:
                return datetime(1970, 1, 1, tzinfo=UTC)
        assert_never(self)

    def end(self, moment: datetime) -> datetime | None:
        """The end of the window that contains ``moment``; None for all time."""
        match self:
            case Period.MINUTE:
                return self.start(moment) + timedelta(minutes=1)
            case Period.HOUR:
                return days.end_of_hour(moment)
            case Period.DAY:
                return days.start_of_day(days.day_of(moment) + timedelta(days=1))
            case Period.MONTH:
                in_next = days.day_of(moment).replace(day=1) + timedelta(days=31)
                return days.start_of_day(in_next.replace(day=1))
            case Period.TOTAL:
                return None
        assert_never(self)


def exact_amount(measure: str, amount: int) -> str:
    """The number alone, to the last millionth: "1,500", or for money "12.50"."""
    if not Measure(measure).is_money:
        return f"{amount:,}"
    text = f"{Decimal(amount) / MICROS:,.6f}".rstrip("0")
    whole, _point, part = text.partition(".")
    return f"{whole}.{part:0<2}"


def money(amount: int) -> str:
    """Millionths of the currency with cents, or with the first two digits that are not 0."""
    exact = Decimal(amount) / MICROS
    return f"{exact:,.{min(6, max(2, 1 - exact.adjusted()))}f}"


def with_unit(measure: str, number: str, amount: int, currency: str = "") -> str:
    """The number with its unit: "1 request", "1,500 tokens", "0.42 USD".

    Reads the site's currency from the database where it is needed and not given.
    """
    return _WITH_UNIT.of(measure)(number, amount, currency)


def _requests(number: str, amount: int, _currency: str) -> str:
    return ngettext("%s request", "%s requests", amount) % number


def _tokens(number: str, amount: int, _currency: str) -> str:
    return ngettext("%s token", "%s tokens", amount) % number


def _cost(number: str, _amount: int, currency: str) -> str:
    return f"{number} {currency or Policy.current().currency}"


_IS_MONEY = ByMeasure(requests=False, tokens=False, cost=True)
_GROWS_WITH_LENGTH = ByMeasure(requests=False, tokens=True, cost=True)
_WITH_UNIT: ByMeasure[Callable[[str, int, str], str]] = ByMeasure(
    requests=_requests, tokens=_tokens, cost=_cost
)
