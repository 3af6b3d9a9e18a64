"""The kinds of charts on the usage pages, each with its template in templates/admin/usage/."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from conversations.admin.number_format import short
from conversations.usage import chart_geometry
from conversations.usage.chart_geometry import ChartValue, Column, Mark, Part, Plot

PLOT = Plot(
    height=180,
    # Room for half a line of the scale above the plot.
    top=10,
    intervals=4,
    steps=(1, 2, 2.5, 5),
    bar_share=0.72,
    # With a few days wider bars would look like blocks.
    widest_bar=4.0,
    narrowest_room=1.0,
)
# Below the plot there is room for the days.
LABEL_Y = PLOT.ground + 20
HEIGHT = PLOT.ground + 28


@dataclass(frozen=True)
class ColumnChart:
    """Columns by day over a scale. ``unit`` names the scale, ``series`` the stacked parts."""

    sentence: str
    unit: str
    columns: list[Column]
    scale: list[Mark]
    labels: list[Mark]
    series: list[str] = field(default_factory=list)
    height: int = HEIGHT
    label_y: int = LABEL_Y
    plot_top: int = PLOT.top
    plot_height: int = PLOT.height
    template: str = "admin/usage/columns.html"


@dataclass(frozen=True)
class Bar:
    """A name and its bar."""

    name: str
    parts: list[Part]
    value: str


@dataclass(frozen=True)
class BarChart:
    """Bars by name, the longest as wide as the plot."""

    sentence: str
    unit: str
    bars: list[Bar]
    series: list[str] = field(default_factory=list)
    template: str = "admin/usage/bars.html"


@dataclass(frozen=True)
class Remark:
    """A sentence in the place of a chart."""

    sentence: str
    template: str = "admin/usage/remark.html"


Chart = ColumnChart | BarChart | Remark


def columns(values: Sequence[ChartValue]) -> tuple[list[Column], list[Mark]]:
    """The columns of consecutive days, and the marks of their scale."""
    top = chart_geometry.scale_top(PLOT, max(sum(value.amounts) for value in values))
    return chart_geometry.columns(PLOT, values, top), chart_geometry.scale(PLOT, top, short)
