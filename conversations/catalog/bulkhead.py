"""Limits the parallel answers of one provider; the others wait in order of arrival."""

import asyncio
from collections import deque
from typing import Any

# A longer wait fails: the queue of a stalled server would only grow.
WAIT_SECONDS = 5.0


class Bulkhead:
    """The places of one provider. ``most`` is the number of places, None for no limit."""

    def __init__(self) -> None:
        self.most: int | None = None
        self._taken = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def enter(self, stop: asyncio.Event) -> bool:
        """Take a place as soon as one is free; return whether there was one.

        Gives up after five seconds, or when ``stop`` is set.
        """
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        self._admit()
        if not place.done():
            try:
                await self._wait(place, stop)
            except asyncio.CancelledError:
                if not place.cancelled():
                    self.leave()
                raise
        return not place.cancelled()

    def leave(self) -> None:
        """Release a place to the next in the queue."""
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._queue and (self.most is None or self._taken < self.most):
            place = self._queue.popleft()
            if not place.done():
                self._taken += 1
                place.set_result(None)

    async def _wait(self, place: asyncio.Future[None], stop: asyncio.Event) -> None:
        stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait(
                {place, stopped}, timeout=WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            stopped.cancel()
            # This does nothing if the place was given in the meantime.
            place.cancel()
