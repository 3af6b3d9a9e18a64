"""Numbers, shares, durations and money as text."""

from dataclasses import dataclass

from conversations.models import MICROS

NOTHING = "–"


def count(number: float) -> str:
    """ "1,234,567"."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """ "1.2M": three digits at most, for the scale of a chart."""
    for unit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.3g}"


def percent(share: float) -> str:
    """ "4.3%" of a share from 0 to 1; a share above zero is never written as 0%."""
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share * 100:.1f}%" if 0 < share < 0.1 else f"{share * 100:.0f}%"


def aligned_percent(share: float) -> str:
    """ "4.3%", "25.0%": for a column with aligned decimal points."""
    return f"{share * 100:.1f}%"


def seconds(milliseconds: float | None) -> str:
    """ "1.25 s"; a dash if nothing was measured."""
    return NOTHING if milliseconds is None else f"{milliseconds / 1000:,.2f} s"


@dataclass(frozen=True)
class Money:
    """Formats amounts of one currency, all with the same number of decimals."""

    currency: str
    decimals: int

    @classmethod
    def on_page_of(cls, total_micros: int, currency: str) -> "Money":
        """The format for a page with that total: small sums need more decimals than large ones."""
        return cls(currency, 2 if total_micros >= 100 * MICROS else 4)

    def bare(self, micros: int) -> str:
        """ "12.30"."""
        return f"{micros / MICROS:,.{self.decimals}f}"

    def named(self, micros: int) -> str:
        """ "12.30 USD"."""
        return f"{self.bare(micros)} {self.currency}"
