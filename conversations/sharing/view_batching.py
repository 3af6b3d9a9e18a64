"""Batches the views of shared pages, so that a busy link costs one database call for many views.

Requests that arrive while one call is running go together in the next, as the writer does with
deltas. So every view is counted before it is shown, and a revoked link shows nothing from then on.
"""

import asyncio
from weakref import WeakKeyDictionary

from conversations.database.threads import in_thread
from conversations.models import ShareLink
from conversations.sharing.reading import Outcome, Reading, read_all


class ViewBatcher:
    """The waiting readings of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Reading, asyncio.Future[Outcome]]] = []
        self._task: asyncio.Task[None] | None = None

    async def open(self, reading: Reading) -> ShareLink:
        """Open a link and count the view. Raises the exceptions that :func:`read_all` gives."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((reading, outcome))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read_waiting())
        result = await outcome
        if isinstance(result, Exception):
            raise result
        return result

    async def _read_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                outcomes = await in_thread(read_all, [reading for reading, _ in batch])
            except Exception as error:  # noqa: BLE001 - raised again in each waiting request
                outcomes = [error] * len(batch)
            for (_reading, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, ViewBatcher] = WeakKeyDictionary()


def view_batcher() -> ViewBatcher:
    """The batcher of the running event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), ViewBatcher())
