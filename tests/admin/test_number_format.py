"""Numbers as text on the pages of the administration."""

import pytest

from conversations.admin import number_format


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
