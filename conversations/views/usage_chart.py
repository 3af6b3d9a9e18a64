"""The chart of a user's tokens by day, for the account page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.usage import chart_geometry
from conversations.usage.chart_geometry import ChartValue, Column, Plot
from conversations.usage.own import DayOfUse

PLOT = Plot(
    height=100,
    top=0,
    intervals=2,
    steps=(1, 2, 5),
    bar_share=0.7,
    # A day with any usage has a bar that can be seen.
    shortest_bar=1.0,
)


@dataclass(frozen=True)
class UsageChart:
    """Bars by day, under a scale whose marks are given from the top down."""

    bars: list[Column]
    first: DayOfUse
    busiest: DayOfUse
    total: str
    scale: list[str]
    height: int = PLOT.height

    @classmethod
    def of(cls, days: Sequence[DayOfUse]) -> "UsageChart | None":
        """The chart of these days; None when nothing was used on any of them."""
        busiest = max(days, key=lambda use: use.tokens)
        if busiest.tokens == 0:
            return None
        top = chart_geometry.scale_top(PLOT, busiest.tokens, whole=True)
        marks = chart_geometry.scale(PLOT, top, lambda tokens: f"{tokens:,.0f}")
        return cls(
            bars=chart_geometry.columns(PLOT, [_value(use) for use in days], top),
            first=days[0],
            busiest=busiest,
            total=f"{sum(use.tokens for use in days):,}",
            scale=[mark.text for mark in reversed(marks)],
        )


def _value(use: DayOfUse) -> ChartValue:
    day = date_format(use.day, "MONTH_DAY_FORMAT")
    return ChartValue(
        (use.tokens,), _("%(day)s: %(tokens)s tokens") % {"day": day, "tokens": f"{use.tokens:,}"}
    )
