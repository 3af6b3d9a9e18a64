"""The growth of memory that the soak judges: what it notices, and what it does not take for one."""

import random

import pytest

from tests.bench.samples import Sample, slope

MINUTES = 25


def samples(*, an_hour: float, peak: float = 0.0) -> list[Sample]:
    """A look each 10 s for some minutes, with noise of 0.2 MB, and a peak for two minutes."""
    chance = random.Random(1)
    return [
        Sample(
            at=1000 + second,
            memory=200 + an_hour * second / 3600 + chance.gauss(0, 0.2)
            + (peak if 600 <= second < 720 else 0),
            files=1, threads=1, tasks=1, connections=1,
        )
        for second in range(0, MINUTES * 60, 10)
    ]  # fmt: skip


@pytest.mark.parametrize("growth", [0.0, 2.5, 60.0])
def test_the_growth_of_an_hour_is_seen_through_noise_and_a_peak(growth: float) -> None:
    found = slope(samples(an_hour=growth, peak=20.0))
    assert found.value == pytest.approx(growth, abs=0.4)
    assert found.least <= growth <= found.most
    assert found.most - found.least < 1.0
