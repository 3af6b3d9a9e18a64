"""The places of a provider: taken in order, given back whatever happens to who waits."""

import asyncio

import pytest

from conversations.catalog import bulkhead
from conversations.catalog.bulkhead import Bulkhead
from tests.upstream.asking import run

GOES_ON = asyncio.Event()


def of_one() -> Bulkhead:
    """A bulkhead with a single place."""
    made = Bulkhead()
    made.most = 1
    return made


async def waiting(places: Bulkhead) -> asyncio.Task[bool]:
    """Something that waits for a place already."""
    task = asyncio.create_task(places.enter(GOES_ON))
    await asyncio.sleep(0)
    assert not task.done()
    return task


async def cancelled(task: asyncio.Task[bool]) -> None:
    """Cancel a task and see it end so."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_place_that_was_given_to_one_that_is_cancelled_goes_to_the_next() -> None:
    async def work() -> None:
        places = of_one()
        assert await places.enter(GOES_ON)
        first, second = await waiting(places), await waiting(places)
        # The place is the first one's from here on, which does not run before it is cancelled.
        places.leave()
        await cancelled(first)
        assert await second
        places.leave()
        assert await places.enter(GOES_ON)

    run(work())


def test_one_that_is_cancelled_while_it_waits_takes_and_gives_no_place() -> None:
    async def work() -> None:
        places = of_one()
        assert await places.enter(GOES_ON)
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
        places = of_one()
        assert await places.enter(GOES_ON)
        assert not await places.enter(GOES_ON)
        places.leave()
        assert await places.enter(GOES_ON)

    run(work())
