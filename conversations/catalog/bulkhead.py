"""The places of one provider: at most so many answers at once, the next in the order they came."""

import asyncio
from collections import deque
from typing import Any

# Whoever waits for longer is told so: a line in front of a stalled server only grows.
WAIT_SECONDS = 5.0


class Bulkhead:
    """Counts the answers that a provider gives. ``most`` is None where any number may run."""

    def __init__(self) -> None:
        self.most: int | None = None
        self._taken = 0
        self._line: deque[asyncio.Future[None]] = deque()

    async def enter(self, stop: asyncio.Event) -> bool:
        """Take a place as soon as one is free; say whether there was one.

        Gives up after five seconds, or when ``stop`` is set.
        """
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(place)
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
        """Give the place to the next."""
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._line and (self.most is None or self._taken < self.most):
            place = self._line.popleft()
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
            # Nothing happens to a place that was taken in the meantime.
            place.cancel()
