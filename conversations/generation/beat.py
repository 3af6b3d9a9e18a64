"""The beat at which all answers are read, stored and shown.

Each of these costs something for each time, and not only for each token. So a run that has passed
on what it has read rests until the next beat, and its connection is not read; what has arrived
meanwhile is then read in one go.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

# The pause between two beats delays a token by half of itself.
SHORTEST_SECONDS = 0.025
# One that stalled is not waited for as long again: the tokens since then have waited already.
LONGEST_SECONDS = 0.06
# With this much for each answer a process that has hundreds keeps up with them.
SECONDS_A_RUN = 0.0006
# From so many on, answers that need not be stored before they are sent are read at the beat too.
MANY_RUNS = 16


class Resting(Protocol):
    """What a run reads from."""

    def pause(self) -> None:
        """Leave what arrives where it is."""

    def resume(self) -> None:
        """Read what has arrived."""


class Beat:
    """Lets runs rest until the next beat.

    ``running`` gives the number of runs, and ``on_rest`` is called when one begins to rest.
    """

    def __init__(self, running: Callable[[], int], on_rest: Callable[[], None]) -> None:
        self._running = running
        self._on_rest = on_rest
        self._next = asyncio.Event()
        self._resting: list[Resting] = []

    def pause(self, took: float) -> float:
        """The seconds from a batch that took so long to the next one."""
        wanted = max(SHORTEST_SECONDS, took, self._running() * SECONDS_A_RUN)
        return min(wanted, LONGEST_SECONDS)

    async def rest(self, stream: Resting) -> None:
        """Wait for the next beat, and read nothing of the stream until then."""
        stream.pause()
        self._resting.append(stream)
        self._on_rest()
        await self._next.wait()

    async def rest_among_many(self, stream: Resting) -> None:
        """Wait for the next beat if there are many runs."""
        if self._running() > MANY_RUNS:
            await self.rest(stream)

    async def strike(self) -> None:
        """Let all that rest go on, and give them time to pass on what has arrived."""
        resting, self._resting = self._resting, []
        for stream in resting:
            stream.resume()
        # The loop reads all their connections in one turn, before a run asks for what it has read.
        await asyncio.sleep(0)
        self._next.set()
        self._next = asyncio.Event()
        await asyncio.sleep(0)
