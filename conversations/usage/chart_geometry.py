"""The geometry of charts of usage: bars by day over a scale, and bars by name.

Across, everything is in percents, because a plot is as wide as its page; down, in pixels. The site
draws its charts as SVG itself: its content security policy allows no script of a chart library and
no style attribute. Both the administration and the account page draw with this module.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

# As many day labels fit beside each other on a phone.
MOST_LABELS = 5


@dataclass(frozen=True)
class Plot:
    """The measures of one kind of plot.

    ``steps`` are the digits that an interval of the scale may have, in ascending order.
    ``bar_share`` is the part of a day's room that its bar takes, ``widest_bar`` its maximum in
    percents. Days with less room than ``narrowest_room`` touch, because gaps between very many
    would blur them. A bar that is not zero is at least ``shortest_bar`` high.
    """

    height: int
    top: int
    intervals: int
    steps: tuple[float, ...]
    bar_share: float
    widest_bar: float = 100.0
    narrowest_room: float = 0.0
    shortest_bar: float = 0.0

    @property
    def ground(self) -> int:
        """The distance of the zero line from the top of the drawing."""
        return self.top + self.height


@dataclass(frozen=True)
class Mark:
    """A text of an axis: pixels down for the scale, percents across for the days."""

    at: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Part:
    """A piece of a bar, with the number of its series."""

    series: int
    start: str
    length: str


@dataclass(frozen=True)
class Column:
    """The bar of one day, the room around it, and the title that the room shows when pointed at."""

    room_x: str
    room_width: str
    x: str
    width: str
    parts: list[Part]
    title: str


@dataclass(frozen=True)
class ChartValue:
    """The stacked amounts of one day or name, and their description in words."""

    amounts: Sequence[float]
    text: str


def columns(plot: Plot, values: Sequence[ChartValue], top: float) -> list[Column]:
    """The columns of consecutive days, on a scale that ends at ``top``."""
    room = 100 / len(values)
    width = min(room * plot.bar_share, plot.widest_bar) if room > plot.narrowest_room else room
    return [
        Column(
            _percent(number * room),
            _percent(room),
            _percent(number * room + (room - width) / 2),
            _percent(width),
            _upwards(plot, value.amounts, top),
            value.text,
        )
        for number, value in enumerate(values)
    ]


def scale_top(plot: Plot, most: float, *, whole: bool = False) -> float:
    """The end of a scale whose every interval is one of the plot's steps times a power of ten.

    With ``whole`` the intervals are whole numbers.
    """
    if most <= 0 and not whole:
        return 1.0
    step = most / plot.intervals
    if whole:
        step = max(1.0, step)
    power: float = 10 ** math.floor(math.log10(step))
    # The small difference keeps 0.1 + 0.2 from needing the next step.
    fitting = (each for each in (*plot.steps, 10) if each * power >= step * (1 - 1e-9))
    return next(fitting) * power * plot.intervals


def scale(plot: Plot, top: float, label: Callable[[float], str]) -> list[Mark]:
    """The marks of a scale that ends at ``top``, from zero upwards."""
    return [
        Mark(
            _pixels(plot.top + plot.height * (1 - number / plot.intervals)),
            label(top * number / plot.intervals),
        )
        for number in range(plot.intervals + 1)
    ]


def day_marks(days: Sequence[date]) -> list[Mark]:
    """Labels of the first day, the last, and evenly spaced ones between them."""
    last = len(days) - 1
    count = min(MOST_LABELS, len(days))
    chosen = [round(last * number / (count - 1)) for number in range(count)] if last else [0]
    return [_day_mark(days, number) for number in chosen]


def stacked(amounts: Sequence[float], most: float) -> list[Part]:
    """Pieces that follow each other across, in percents of ``most``."""
    parts, start = [], 0.0
    for series, amount in enumerate(amounts, 1):
        length = 100 * amount / most if most else 0.0
        parts.append(Part(series, _percent(start), _percent(length)))
        start += length
    return parts


def _upwards(plot: Plot, amounts: Sequence[float], top: float) -> list[Part]:
    """Pieces that stand on each other; an amount of zero has none."""
    parts, base = [], 0.0
    for series, amount in enumerate(amounts, 1):
        if not amount:
            continue
        height = max(plot.shortest_bar, plot.height * amount / top)
        parts.append(Part(series, _pixels(plot.ground - base - height), _pixels(height)))
        base += height
    return parts


def _day_mark(days: Sequence[date], number: int) -> Mark:
    text = date_format(days[number], "M j")
    # A label in the middle of a narrow column at the edge would leave the plot.
    if len(days) > MOST_LABELS and number == 0:
        return Mark("0%", text, "start")
    if len(days) > MOST_LABELS and number == len(days) - 1:
        return Mark("100%", text, "end")
    return Mark(_percent((number + 0.5) * 100 / len(days)), text)


def _percent(value: float) -> str:
    return f"{value:.3f}%"


def _pixels(value: float) -> str:
    return f"{value:.2f}"
