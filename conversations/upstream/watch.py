"""Interrupts one call when its stop flag is set, or when a clock runs out.

The reading task is never cancelled. The watch interrupts what it waits for (the sending of the
request, or the open connection); the task then finds the verdict and returns normally.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from .bounds import Clocks
from .errors import TimedOut

STOP = "stop"


class Watch:
    """One call's clocks and its stop flag.

    ``verdict`` is None while the call may continue, "stop", or the name of the clock that ran out.
    """

    def __init__(
        self, clocks: Clocks, stop: asyncio.Event | None = None, *, whole: bool = False
    ) -> None:
        self.verdict: str | None = None
        self._clocks = clocks
        self._stop = stop or asyncio.Event()
        self._whole = whole
        self._now = asyncio.get_running_loop().time
        self._started_at = self._now()
        self._alive_at: float | None = None
        self._has_word = False
        self._held = False
        self._break: Callable[[], Awaitable[object]] | None = None
        self._timer: asyncio.Timeout | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._stop.is_set():
            self.verdict = STOP
        else:
            self._task = asyncio.create_task(self._run(), name="upstream-watch")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def guard(self, break_it: Callable[[], Awaitable[object]]) -> None:
        """Set the function that interrupts what the reader waits for from now on."""
        self._break = break_it

    def saw_life(self) -> None:
        """Record that headers or bytes have arrived, whatever they say."""
        first, self._alive_at = self._alive_at is None, self._now()
        if first:
            self._wake_sooner()

    def saw_word(self) -> None:
        """Record that the first text or tool call has arrived: its clock ends."""
        self._has_word = True

    def hold(self) -> None:
        """Pause the clock of silence: the caller has a chunk."""
        self._held = True

    def resume(self) -> None:
        """Start the clock of silence anew: the caller waits for the next chunk."""
        if self._held:
            self._held = False
            self._alive_at = self._now()

    def timed_out(self, trace_id: str | None = None) -> TimedOut:
        """Return the error for the clock that ran out."""
        clock = self.verdict or ""
        return TimedOut(clock, getattr(self._clocks, clock), trace_id=trace_id)

    async def _run(self) -> None:
        while self.verdict is None:
            clock, deadline = self._next()
            try:
                async with asyncio.timeout_at(deadline) as self._timer:
                    await self._stop.wait()
                self.verdict = STOP
            except TimeoutError:
                # The reader may have moved the deadline in the meantime.
                clock, deadline = self._next()
                if deadline <= self._now():
                    self.verdict = clock
        self._timer = None
        if self._break is not None:
            await self._break()

    def _wake_sooner(self) -> None:
        """Reschedule the timer, since the clock of silence that starts now may run out first.

        Needed once: later bytes only move its deadline back, and the watch looks at the deadlines
        again when it wakes.
        """
        if self._timer is not None and not self._timer.expired():
            self._timer.reschedule(self._next()[1])

    def _next(self) -> tuple[str, float]:
        """Return the clock that will run out first, and its deadline."""
        clocks = self._clocks
        deadlines = [("total", self._started_at + clocks.total)]
        if not self._whole:
            if not self._has_word:
                deadlines.append(("first_word", self._started_at + clocks.first_word))
            if self._alive_at is not None:
                since = self._now() if self._held else self._alive_at
                deadlines.append(("silent", since + clocks.silent))
        return min(deadlines, key=lambda pair: pair[1])
