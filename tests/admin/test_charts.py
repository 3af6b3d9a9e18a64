"""Charts: round scales, columns in their places, labels that do not collide."""

from datetime import date, timedelta

import pytest

from conversations.admin import charts, number_format
from conversations.admin.charts import ChartValue, Part


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (4, 4), (5, 8), (9, 10), (40, 40), (41, 80), (81, 100), (999_999, 1_000_000)],
)
def test_a_scale_ends_at_a_round_number_not_below_the_most(most: float, top: float) -> None:
    assert charts.scale_top(most) == top


def test_a_column_stands_on_the_ground_and_its_parts_on_each_other() -> None:
    (column,), scale, (label,) = charts.columns([date(2026, 11, 2)], [ChartValue((30, 10), "40")])
    ground = charts.PLOT_TOP + charts.PLOT_HEIGHT
    assert [mark.text for mark in scale] == ["0", "10", "20", "30", "40"]
    assert scale[0].at == f"{ground:.2f}"
    assert column.parts == [Part(1, "55.00", "135.00"), Part(2, "10.00", "45.00")]
    assert column.title == "2 November 2026: 40"
    assert (label.at, label.text) == ("50.000%", "2 Nov")


def test_a_year_has_five_labels_and_the_outer_ones_stay_inside() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    columns, _scale, labels = charts.columns(days, [ChartValue((1,), "1")] * 365)
    assert len(columns) == 365
    assert [label.text for label in labels][::4] == ["1 Jan", "31 Dec"]
    assert len(labels) == 5
    assert [(label.at, label.anchor) for label in labels][::4] == [("0%", "start"), ("100%", "end")]


def test_days_without_anything_have_no_bar() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2)]
    columns, _scale, _labels = charts.columns(days, [ChartValue((0,), "0"), ChartValue((5,), "5")])
    assert [len(column.parts) for column in columns] == [0, 1]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (0.5, "0.5"), (999, "999"), (1500, "1.5k"), (2_000_000, "2M"), (7.5e9, "7.5B")],
)
def test_a_scale_is_labelled_shortly(number: float, text: str) -> None:
    assert number_format.short(number) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.0004, "<0.1%"), (0.031, "3.1%"), (0.25, "25%"), (1, "100%")],
)
def test_a_small_share_is_not_written_as_nothing(share: float, text: str) -> None:
    assert number_format.percent(share) == text
