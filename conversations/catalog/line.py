"""A bound on what runs at once, and the line of those that wait for a place: fair, and told."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from conversations.catalog.fair_queue import FairQueue

# A change of the place is told after this time at the soonest, and far back in the line later: the
# n-th waits n of these parts of it. So a long line makes few events.
TELL_SECONDS = 1.0
PLACES_A_TELL = 10
# The longest wait that is advised to one that gave up: clients wait at most two minutes.
MOST_ADVISED_SECONDS = 120


class WaitedTooLong(Exception):
    """No place was free in time. ``retry_after`` is in seconds, at the pace of the line so far."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"No place was free; one is expected in {retry_after} s.")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Arrival:
    """One that wants a place.

    ``owner`` is the path by which the line is fair, such as (user, API key). Setting ``stop`` ends
    the wait, and so does the time ``until``, of the loop's clock. ``tell`` is called with the place
    in the line, 1 for the next, whenever it has changed, and with 0 at the end of the wait.
    """

    owner: tuple[Hashable, ...]
    stop: asyncio.Event
    until: float
    tell: Callable[[int], Awaitable[None]]


class Line:
    """Places for what runs at once, without a limit at first."""

    def __init__(self) -> None:
        self._most: int | None = None
        self._running = 0
        # The number of those that wait.
        self.waiting = 0
        self._queue: FairQueue[asyncio.Future[None]] = FairQueue()

    @property
    def most(self) -> int | None:
        """The number of places, None for no limit."""
        return self._most

    @most.setter
    def most(self, most: int | None) -> None:
        self._most = most
        self._admit()

    @property
    def running(self) -> int:
        """The number of places that are taken."""
        return self._running

    @property
    def is_empty(self) -> bool:
        """True while nothing runs and nobody waits."""
        return not self._running and not self._queue

    @property
    def has_room(self) -> bool:
        """True if one that arrives now need not wait."""
        return not self._queue and (self.most is None or self._running < self.most)

    async def enter(self, arrival: Arrival) -> bool:
        """Take a place when it is this arrival's turn; False if it was stopped before.

        Whoever got True calls :meth:`leave` at the end. Raises :class:`WaitedTooLong`.
        """
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.add(admitted, arrival.owner)
        self._admit()
        try:
            if not admitted.done():
                await self._wait(admitted, arrival)
        finally:
            if not admitted.done():
                self._queue.remove(admitted, arrival.owner)
        return admitted.done()

    def leave(self) -> None:
        """Give the place to the next in the line."""
        self._running -= 1
        self._admit()

    def _admit(self) -> None:
        while self._queue and (self.most is None or self._running < self.most):
            self._running += 1
            self._queue.take().set_result(None)

    async def _wait(self, admitted: asyncio.Future[None], arrival: Arrival) -> None:
        stopped: asyncio.Future[Any] = asyncio.ensure_future(arrival.stop.wait())
        self.waiting += 1
        try:
            await self._wait_and_tell(admitted, stopped, arrival)
        except BaseException:
            # Cancelled, or it could not be told: the place may have been given meanwhile.
            if admitted.done():
                self.leave()
            raise
        finally:
            self.waiting -= 1
            stopped.cancel()

    async def _wait_and_tell(
        self, admitted: asyncio.Future[None], stopped: asyncio.Future[Any], arrival: Arrival
    ) -> None:
        now = asyncio.get_running_loop().time
        began, first, told = now(), self._place_of(admitted), 0
        while not admitted.done() and not arrival.stop.is_set():
            place = self._place_of(admitted)
            if place != told:
                told = place
                await arrival.tell(place)
            left = arrival.until - now()
            if left <= 0 and not admitted.done():
                raise WaitedTooLong(_advised(now() - began, first - place, place))
            pause = min(left, TELL_SECONDS * max(1, place / PLACES_A_TELL))
            await asyncio.wait(
                {admitted, stopped}, timeout=pause, return_when=asyncio.FIRST_COMPLETED
            )
        if admitted.done():
            await arrival.tell(0)

    def _place_of(self, admitted: asyncio.Future[None]) -> int:
        return next(place for place, each in enumerate(self._queue, 1) if each is admitted)


def _advised(waited: float, moved: int, place: int) -> int:
    """The seconds until this place is reached, if the line goes on as it did so far."""
    seconds = math.ceil(place * waited / max(1, moved))
    return max(1, min(seconds, MOST_ADVISED_SECONDS))
