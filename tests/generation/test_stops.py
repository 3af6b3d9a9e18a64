"""A few stops at random moments; `python -m tests.bench.stops` makes a thousand."""

import asyncio

import pytest

from tests.bench.stops import SENDS_AFTERWARDS, stop_often

STOPS = 100


@pytest.mark.long
def test_stops_at_random_moments_leave_nothing_behind() -> None:
    outcome = asyncio.run(stop_often(STOPS, until_idle=False))
    assert outcome.violations == []
    assert (outcome.stopped, outcome.calls_left) == (STOPS, 0)
    assert outcome.completed == SENDS_AFTERWARDS
    assert outcome.tracebacks == []
