"""What is limited, and in which time; amounts as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conversations.models.policy import Policy

MICROS = 1_000_000


class Measure(TextChoices):
    """What a rule limits. Cost is counted in millionths of the currency."""

    REQUESTS = "requests", _("requests")
    TOKENS = "tokens", _("tokens")
    COST = "cost", _("cost")


class Period(TextChoices):
    """How long a limit holds: calendar windows in UTC, or all time."""

    MINUTE = "minute", _("a minute")
    HOUR = "hour", _("an hour")
    DAY = "day", _("a day")
    MONTH = "month", _("a month")
    TOTAL = "total", _("in all")

    def start(self, moment: datetime) -> datetime:
        """When the window began that ``moment`` lies in."""
        whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
        match self:
            case Period.MINUTE:
                return whole
            case Period.HOUR:
                return whole.replace(minute=0)
            case Period.DAY:
                return whole.replace(minute=0, hour=0)
            case Period.MONTH:
                return whole.replace(minute=0, hour=0, day=1)
        return datetime(1970, 1, 1, tzinfo=UTC)

    def end(self, moment: datetime) -> datetime | None:
        """When the window ends that ``moment`` lies in; None for all time."""
        start = self.start(moment)
        match self:
            case Period.MINUTE:
                return start + timedelta(minutes=1)
            case Period.HOUR:
                return start + timedelta(hours=1)
            case Period.DAY:
                return start + timedelta(days=1)
            case Period.MONTH:
                return (start + timedelta(days=32)).replace(day=1)
        return None


def exact_amount(measure: str, amount: int) -> str:
    """The number alone, to the last millionth: "1,500", or for cost "12.50"."""
    if measure != Measure.COST:
        return f"{amount:,}"
    text = f"{Decimal(amount) / MICROS:,.6f}".rstrip("0")
    whole, _point, part = text.partition(".")
    return f"{whole}.{part:0<2}"


def money(amount: int) -> str:
    """Millionths of the currency with cents, or with the first two digits that are not 0."""
    exact = Decimal(amount) / MICROS
    return f"{exact:,.{min(6, max(2, 1 - exact.adjusted()))}f}"


def with_unit(measure: str, number: str, amount: int, currency: str = "") -> str:
    """The number with what it counts: "1 request", "1,500 tokens", "0.42 USD".

    Looks the currency up where it is needed and not given.
    """
    match measure:
        case Measure.REQUESTS:
            return ngettext("%s request", "%s requests", amount) % number
        case Measure.TOKENS:
            return ngettext("%s token", "%s tokens", amount) % number
    return f"{number} {currency or Policy.current().currency}"
