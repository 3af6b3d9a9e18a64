"""The site may open as many connections as the system lets it."""

import logging
import resource

import pytest

from chatsite import open_files


class Limits:
    """The limits of a system that grants at most ``most`` open files."""

    def __init__(self, soft: int, hard: int, most: int) -> None:
        self.now = (soft, hard)
        self._most = most

    def getrlimit(self, _which: int) -> tuple[int, int]:
        return self.now

    def setrlimit(self, _which: int, limits: tuple[int, int]) -> None:
        if limits[0] > self._most:
            raise ValueError("not allowed to raise maximum limit")
        self.now = limits


@pytest.mark.parametrize(
    ("soft", "hard", "most", "granted"),
    [
        (1_024, 524_288, 524_288, 65_536),
        (1_024, resource.RLIM_INFINITY, 10**6, 65_536),
        # macOS: no hard limit, and less than wanted is granted.
        (256, resource.RLIM_INFINITY, 10_240, 10_240),
        (1_024, 5_000, 5_000, 5_000),
        (100_000, 524_288, 524_288, 100_000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 10**6, resource.RLIM_INFINITY),
    ],
)
def test_the_limit_is_raised_as_far_as_it_may_be(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, most: int, granted: int
) -> None:
    limits = Limits(soft, hard, most)
    monkeypatch.setattr(resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    open_files.raise_limit()
    assert limits.now == (granted, hard)


def test_a_low_limit_is_logged_with_what_it_is_enough_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limits = Limits(512, 1_024, 1_024)
    monkeypatch.setattr(resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    with caplog.at_level(logging.WARNING):
        open_files.raise_limit()
    assert limits.now == (1_024, 1_024)
    assert "1024 files open, enough for about 512 answers" in caplog.text
