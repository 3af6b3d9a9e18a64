"""A chart of tokens by day, drawn by the site: a strict policy lets no script do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conversations.usage.own import DayOfUse

HEIGHT = 100
DAY_WIDTH = 10
BAR_WIDTH = 7


@dataclass(frozen=True)
class Bar:
    """One day. A day on which anything was used has a bar that can be seen."""

    day: date
    tokens: str
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class UsageChart:
    """Bars on a drawing of ``width`` times ``HEIGHT``, under a scale that ends at ``top``."""

    bars: list[Bar]
    total: str
    busiest: Bar
    scale: list[str]
    width: int
    height: int = HEIGHT
    bar_width: int = BAR_WIDTH

    @classmethod
    def of(cls, days: Sequence[DayOfUse]) -> "UsageChart | None":
        """The chart of these days; None when nothing was used on any of them."""
        most = max(days, key=lambda use: use.tokens)
        if most.tokens == 0:
            return None
        top = _round_up(most.tokens)
        bars = [_bar(place, use, top) for place, use in enumerate(days)]
        return cls(
            bars=bars,
            total=f"{sum(use.tokens for use in days):,}",
            busiest=bars[list(days).index(most)],
            scale=[f"{top:,}", f"{top // 2:,}", "0"],
            width=DAY_WIDTH * len(days),
        )


def _bar(place: int, use: DayOfUse, top: int) -> Bar:
    height = max(1.0, HEIGHT * use.tokens / top) if use.tokens else 0
    x = place * DAY_WIDTH + (DAY_WIDTH - BAR_WIDTH) / 2
    return Bar(use.day, f"{use.tokens:,}", x, round(HEIGHT - height, 1), round(height, 1))


def _round_up(amount: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100 ..., whose halves are whole."""
    step = 1
    while True:
        for digit in (2, 4, 10):
            if digit * step >= amount:
                return digit * step
        step *= 10
