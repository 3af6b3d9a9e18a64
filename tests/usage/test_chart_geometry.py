"""Charts: round scales, columns in their places, labels that do not collide."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from conversations.usage import chart_geometry
from conversations.usage.chart_geometry import ChartValue, Part, Plot

PLOT = Plot(
    height=180,
    top=10,
    intervals=4,
    steps=(1, 2, 2.5, 5),
    bar_share=0.72,
    widest_bar=4.0,
    narrowest_room=1.0,
)
HALVES = replace(PLOT, intervals=2, steps=(1, 2, 5))


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (4, 4), (5, 8), (9, 10), (40, 40), (41, 80), (81, 100), (999_999, 1_000_000)],
)
def test_a_scale_ends_at_a_round_number_not_below_the_most(most: float, top: float) -> None:
    assert chart_geometry.scale_top(PLOT, most) == top


@pytest.mark.parametrize(
    ("most", "top"), [(1, 2), (2, 2), (3, 4), (5, 10), (11, 20), (151, 200), (201, 400)]
)
def test_the_middle_of_a_whole_scale_is_a_whole_number(most: int, top: int) -> None:
    assert chart_geometry.scale_top(HALVES, most, whole=True) == top


def test_a_scale_counts_from_the_ground_up() -> None:
    marks = chart_geometry.scale(PLOT, 40, lambda amount: f"{amount:.0f}")
    assert [mark.text for mark in marks] == ["0", "10", "20", "30", "40"]
    assert [mark.at for mark in marks] == ["190.00", "145.00", "100.00", "55.00", "10.00"]


def test_a_column_stands_on_the_ground_and_its_parts_on_each_other() -> None:
    (column,) = chart_geometry.columns(PLOT, [ChartValue((30, 10), "Monday: 40")], 40)
    assert column.parts == [Part(1, "55.00", "135.00"), Part(2, "10.00", "45.00")]
    assert (column.x, column.width) == ("48.000%", "4.000%")
    assert (column.room_x, column.room_width) == ("0.000%", "100.000%")
    assert column.title == "Monday: 40"


def test_bars_have_gaps_until_there_are_too_many() -> None:
    month = chart_geometry.columns(PLOT, [ChartValue((1,), "")] * 50, 1)
    assert (month[1].x, month[1].width) == ("2.280%", "1.440%")
    year = chart_geometry.columns(PLOT, [ChartValue((1,), "")] * 200, 1)
    assert (year[1].x, year[1].width) == ("0.500%", "0.500%")


def test_a_day_without_anything_has_no_bar_and_a_day_with_little_has_a_visible_one() -> None:
    visible = replace(PLOT, shortest_bar=2.0)
    values = [ChartValue((each,), "") for each in (0, 1, 1000)]
    parts = [each.parts for each in chart_geometry.columns(visible, values, 1000)]
    assert parts == [[], [Part(1, "188.00", "2.00")], [Part(1, "10.00", "180.00")]]


def test_a_year_has_five_labels_and_the_outer_ones_stay_inside() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    labels = chart_geometry.day_marks(days)
    assert [label.text for label in labels][::4] == ["Jan 1", "Dec 31"]
    assert len(labels) == 5
    assert [(label.at, label.anchor) for label in labels][::4] == [("0%", "start"), ("100%", "end")]


def test_a_single_day_has_its_label_in_the_middle() -> None:
    (label,) = chart_geometry.day_marks([date(2026, 11, 2)])
    assert (label.at, label.text, label.anchor) == ("50.000%", "Nov 2", "middle")


def test_pieces_of_a_bar_follow_each_other_across() -> None:
    assert chart_geometry.stacked((30, 10), 80) == [
        Part(1, "0.000%", "37.500%"),
        Part(2, "37.500%", "12.500%"),
    ]
