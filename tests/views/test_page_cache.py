"""Rendered pages are kept while they are asked for, within a sum of bytes."""

import pytest

from conversations.views import page_cache
from conversations.views.page_cache import PageCache


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the cache, in seconds: its last entry."""
    times = [100.0]
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: times[-1])
    return times


def test_the_page_used_longest_ago_leaves_when_there_is_no_room() -> None:
    cache = PageCache(most_bytes=10)
    cache.put((1, "a"), b"12345")
    cache.put((2, "a"), b"12345")
    assert cache.get((1, "a")) == b"12345"
    cache.put((3, "a"), b"1")
    assert [cache.get((number, "a")) for number in (1, 2, 3)] == [b"12345", None, b"1"]
    cache.put((4, "a"), b"longer than all")
    assert [cache.get((number, "a")) for number in (1, 3, 4)] == [None, None, None]


def test_a_page_that_nobody_asks_for_leaves(clock: list[float]) -> None:
    cache = PageCache(most_bytes=100)
    cache.put((1,), b"asked for")
    cache.put((2,), b"not asked for")
    for _ in range(3):
        clock.append(clock[-1] + page_cache.KEPT_SECONDS / 2)
        assert cache.get((1,)) == b"asked for"
    assert cache.get((2,)) is None
    assert cache._bytes == len(b"asked for")


def test_all_pages_of_a_record_are_forgotten_together() -> None:
    cache = PageCache(most_bytes=100)
    for key in ((1, "en"), (1, "de"), (2, "en")):
        cache.put(key, b"page")
    cache.put((1, "en"), b"newer page")
    cache.drop(1)
    assert [cache.get(key) for key in ((1, "en"), (1, "de"), (2, "en"))] == [None, None, b"page"]
    assert cache._bytes == len(b"page")
