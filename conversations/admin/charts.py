"""The geometry of charts, in pixels down and in percents across: a plot is as wide as its page.

They are drawn by the site, because the content security policy lets no script and no style
attribute do it; templates/admin/usage/ writes them as SVG.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format

from conversations.admin.number_format import short

PLOT_HEIGHT = 180
# Above the plot there is room for half a line of the scale, below it for the days.
PLOT_TOP = 10
LABEL_Y = PLOT_TOP + PLOT_HEIGHT + 20
HEIGHT = PLOT_TOP + PLOT_HEIGHT + 28
# So many fit beside each other on a phone.
MOST_LABELS = 5
INTERVALS = 4
# Of the room of a column, so much is bar; but a few days are no reason for fat bars, and gaps
# between very many would blur them.
BAR_PART = 0.72
NARROWEST_ROOM = 1.0
WIDEST_BAR = 4.0


@dataclass(frozen=True)
class Mark:
    """A text of an axis: pixels down for the scale, percents across for the days."""

    at: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Part:
    """A piece of a bar, by the number of its series."""

    series: int
    start: str
    length: str


@dataclass(frozen=True)
class Column:
    """One day: where its room and its bar are, and what they say when pointed at."""

    room_x: str
    room_width: str
    x: str
    width: str
    parts: list[Part]
    title: str


@dataclass(frozen=True)
class ColumnChart:
    """Columns by day over a scale. ``unit`` names the scale, ``series`` what is stacked."""

    sentence: str
    unit: str
    columns: list[Column]
    scale: list[Mark]
    labels: list[Mark]
    series: list[str] = field(default_factory=list)
    height: int = HEIGHT
    label_y: int = LABEL_Y
    plot_top: int = PLOT_TOP
    plot_height: int = PLOT_HEIGHT
    template: str = "admin/usage/columns.html"


@dataclass(frozen=True)
class Bar:
    """One name and how far its bar goes."""

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
    """A sentence that needs no chart."""

    sentence: str
    template: str = "admin/usage/remark.html"


Chart = ColumnChart | BarChart | Remark


@dataclass(frozen=True)
class ChartValue:
    """What is drawn of one day or name: the stacked amounts and what they say in words."""

    amounts: Sequence[float]
    text: str


def columns(
    days: Sequence[date], values: Sequence[ChartValue]
) -> tuple[list[Column], list[Mark], list[Mark]]:
    """The columns of these days, the marks of their scale and the marks of the days."""
    top = scale_top(max(sum(reading.amounts) for reading in values))
    room = 100 / len(days)
    drawn = [
        _column(number * room, room, reading, top, date_format(day, "j F Y"))
        for number, (day, reading) in enumerate(zip(days, values, strict=True))
    ]
    return drawn, _scale(top), _day_marks(days, room)


def scale_top(most: float) -> float:
    """The end of a scale of four intervals, each 1, 2, 2.5 or 5 times a power of ten."""
    if most <= 0:
        return 1.0
    step = most / INTERVALS
    power: float = 10 ** math.floor(math.log10(step))
    nice = next(each for each in (1, 2, 2.5, 5, 10) if each * power >= step * (1 - 1e-9))
    return nice * power * INTERVALS


def stacked(amounts: Sequence[float], most: float) -> list[Part]:
    """Pieces that follow each other across, in percents of ``most``."""
    parts, start = [], 0.0
    for series, amount in enumerate(amounts, 1):
        length = 100 * amount / most if most else 0.0
        parts.append(Part(series, _percent(start), _percent(length)))
        start += length
    return parts


def _column(left: float, room: float, reading: ChartValue, top: float, day: str) -> Column:
    width = min(room * BAR_PART, WIDEST_BAR) if room > NARROWEST_ROOM else room
    parts, base = [], 0.0
    for series, amount in enumerate(reading.amounts, 1):
        height = PLOT_HEIGHT * amount / top
        if height:
            y = PLOT_TOP + PLOT_HEIGHT - base - height
            parts.append(Part(series, _pixels(y), _pixels(height)))
        base += height
    return Column(
        _percent(left),
        _percent(room),
        _percent(left + (room - width) / 2),
        _percent(width),
        parts,
        f"{day}: {reading.text}",
    )


def _scale(top: float) -> list[Mark]:
    return [
        Mark(
            _pixels(PLOT_TOP + PLOT_HEIGHT * (1 - number / INTERVALS)),
            short(top * number / INTERVALS),
        )
        for number in range(INTERVALS + 1)
    ]


def _day_marks(days: Sequence[date], room: float) -> list[Mark]:
    """The first day, the last, and evenly spaced ones between them."""
    last = len(days) - 1
    count = min(MOST_LABELS, len(days))
    chosen = [round(last * number / (count - 1)) for number in range(count)] if last else [0]
    return [_day_mark(days, number, room) for number in chosen]


def _day_mark(days: Sequence[date], number: int, room: float) -> Mark:
    text = date_format(days[number], "j M")
    # A label in the middle of a narrow column at the edge would leave the plot.
    if len(days) > MOST_LABELS and number == 0:
        return Mark("0%", text, "start")
    if len(days) > MOST_LABELS and number == len(days) - 1:
        return Mark("100%", text, "end")
    return Mark(_percent((number + 0.5) * room), text)


def _percent(value: float) -> str:
    return f"{value:.3f}%"


def _pixels(value: float) -> str:
    return f"{value:.2f}"
