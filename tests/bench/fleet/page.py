"""A tab that connects again as a page does, and notes how long it was without a connection."""

import asyncio
import random
import time
from contextlib import suppress
from itertools import pairwise

import aiohttp

from tests.bench.browser import Account, Tab
from tests.bench.checker import TERMINAL

# As in static/js/connection/reconnection.js.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, STABLE_SECONDS = 0.5, 15.0, 5.0


class Page(Tab):
    """``without`` are the seconds of each time between two connections."""

    def __init__(self, account: Account, name: str) -> None:
        super().__init__(account, name)
        self.without: list[float] = []
        self._lost_at: float | None = None
        self._opened_at: float | None = None

    def pauses(self, generation_id: str, since: float = 0) -> list[float]:
        """The seconds between two pieces of an answer, as it was shown from that moment on."""
        at = [each.at for each in self.history if each.generation_id == generation_id]
        return [after - before for before, after in pairwise(at) if after > since]

    def ended_at(self, generation_id: str) -> float:
        """The moment at which the end of an answer was shown."""
        return next(
            each.at
            for each in self.history
            if each.generation_id == generation_id and each.status in TERMINAL
        )

    @property
    def longest_without(self) -> float:
        """The longest time without a connection, also if it lasts."""
        lasting = [time.monotonic() - self._lost_at] if self._lost_at else []
        return max([*self.without, *lasting], default=0)

    async def _resume(self) -> None:
        self._opened_at = time.monotonic()
        if self._lost_at:
            self.without.append(self._opened_at - self._lost_at)
        self._lost_at = None
        await super()._resume()

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            with suppress(aiohttp.ClientError, OSError):
                await self._converse()
            now = time.monotonic()
            if self._opened_at and now - self._opened_at >= STABLE_SECONDS:
                failures = 0
            self._lost_at, self._opened_at = self._lost_at or now, None
            longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**failures)
            failures += 1
            await asyncio.sleep(random.random() * longest)
