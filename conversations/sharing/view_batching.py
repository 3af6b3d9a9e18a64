"""Readings of shared pages, gathered: a busy page costs one trip to the database for many.

As the writer does with the deltas of answers, whatever arrives while one trip is under way goes
together with the next. So each view is counted before it is shown, however many there are, and
what is revoked shows nothing from that moment on.
"""

import asyncio
from weakref import WeakKeyDictionary

from conversations.database.threads import in_thread
from conversations.models import ShareLink
from conversations.sharing.reading import Outcome, Reading, read_all


class ViewBatcher:
    """The readings of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Reading, asyncio.Future[Outcome]]] = []
        self._trip: asyncio.Task[None] | None = None

    async def open(self, reading: Reading) -> ShareLink:
        """The link that may be shown, counted; raises what :func:`read_all` gives instead."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((reading, outcome))
        if self._trip is None or self._trip.done():
            self._trip = asyncio.create_task(self._travel())
        result = await outcome
        if isinstance(result, Exception):
            raise result
        return result

    async def _travel(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                outcomes = await in_thread(read_all, [reading for reading, _ in batch])
            except Exception as error:  # noqa: BLE001 - each of them is told, and raises it
                outcomes = [error] * len(batch)
            for (_reading, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, ViewBatcher] = WeakKeyDictionary()


def view_batcher() -> ViewBatcher:
    """The readings of the running loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), ViewBatcher())
