"""A short kill -9 test in the middle of answers; `python -m tests.bench.kill` is the long one."""

import asyncio

import pytest

from tests.bench.kill import INTERRUPTED_SECONDS, kill_rounds


@pytest.mark.long
def test_a_killed_site_keeps_every_token_that_was_shown_and_goes_on() -> None:
    outcome = asyncio.run(kill_rounds(streams=10, rounds=3))
    assert outcome.violations == []
    assert (outcome.answers, outcome.interrupted) == (30, 30)
    assert outcome.slowest_seconds <= INTERRUPTED_SECONDS
    assert outcome.tracebacks == []
