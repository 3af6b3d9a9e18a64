"""The places of a provider are taken in order, and released even if a waiting task is cancelled."""

import asyncio

import pytest

from conversations.catalog import bulkhead
from conversations.catalog.bulkhead import Bulkhead
from tests.upstream.asking import run

NO_STOP = asyncio.Event()


def with_one_place() -> Bulkhead:
    """Return a bulkhead with a single place."""
    made = Bulkhead()
    made.most = 1
    return made


async def waiting(places: Bulkhead) -> asyncio.Task[bool]:
    """Start a task that waits for a place."""
    task = asyncio.create_task(places.enter(NO_STOP))
    await asyncio.sleep(0)
    assert not task.done()
    return task


async def cancelled(task: asyncio.Task[bool]) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_place_that_was_given_to_one_that_is_cancelled_goes_to_the_next() -> None:
    async def work() -> None:
        places = with_one_place()
        assert await places.enter(NO_STOP)
        first, second = await waiting(places), await waiting(places)
        # This gives the place to the first task, which does not run before it is cancelled.
        places.leave()
        await cancelled(first)
        assert await second
        places.leave()
        assert await places.enter(NO_STOP)

    run(work())


def test_one_that_is_cancelled_while_it_waits_takes_and_gives_no_place() -> None:
    async def work() -> None:
        places = with_one_place()
        assert await places.enter(NO_STOP)
        first, second = await waiting(places), await waiting(places)
        await cancelled(first)
        assert not second.done()
        places.leave()
        assert await second
        third = await waiting(places)
        places.leave()
        assert await third

    run(work())


def test_one_that_gives_up_leaves_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr(bulkhead, "WAIT_SECONDS", 0)
        places = with_one_place()
        assert await places.enter(NO_STOP)
        assert not await places.enter(NO_STOP)
        places.leave()
        assert await places.enter(NO_STOP)

    run(work())
