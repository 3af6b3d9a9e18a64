"""The beat at which all answers are read, stored and shown.

Each of these costs something for each time, and not only for each token. So a run that has passed
on what it has read rests until the next beat, and its connection is not read; what has arrived
meanwhile is then read in one go.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

# The pause between two beats delays a token by half of itself.
SHORTEST_SECONDS = 0.025
# One that stalled is not waited for as long again: the tokens since then have waited already.
LONGEST_SECONDS = 0.07
# With this much for each answer a process that has hundreds keeps up with them.
SECONDS_A_RUN = 0.0007
# So many go on at one beat. Of more answers each has its turn at every second beat, or third, which
# come as much sooner: no token waits until those of hundreds of others are read, stored and sent.
RUNS_A_BEAT = 40
# The loop has at least this long for all else.
LEAST_SECONDS = 0.005
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
        # Those that rest, the longest first.
        self._resting: deque[tuple[Resting, asyncio.Future[None]]] = deque()

    def pause(self, took: float) -> float:
        """The seconds from the end of a beat that took so long to the next one."""
        running = self._running()
        turns = running / RUNS_A_BEAT
        every = min(running * SECONDS_A_RUN, LONGEST_SECONDS)
        if turns > 1:
            return max(LEAST_SECONDS, every / turns - took)
        return min(max(SHORTEST_SECONDS, took, every), LONGEST_SECONDS)

    async def rest(self, stream: Resting) -> None:
        """Wait for the next beat, and read nothing of the stream until then."""
        stream.pause()
        goes_on = asyncio.get_running_loop().create_future()
        self._resting.append((stream, goes_on))
        self._on_rest()
        await goes_on

    async def rest_among_many(self, stream: Resting) -> None:
        """Wait for the next beat if there are many runs."""
        if self._running() > MANY_RUNS:
            await self.rest(stream)

    async def strike(self) -> None:
        """Let those go on that have rested longest, and give them time to pass on what came."""
        number = min(len(self._resting), RUNS_A_BEAT)
        due = [self._resting.popleft() for _ in range(number)]
        for stream, _goes_on in due:
            stream.resume()
        # The loop reads all their connections in one turn, before a run asks for what it has read.
        await asyncio.sleep(0)
        for _stream, goes_on in due:
            if not goes_on.done():
                goes_on.set_result(None)
        await asyncio.sleep(0)
        if self._resting:
            self._on_rest()
