"""Measures the delay of the event loop: how late it calls, while something holds it up."""

import asyncio
import time

from chatsite import metrics

PAUSE_SECONDS = 0.1


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Measure it for as long as the loop runs. Call it on the loop."""
    due = time.monotonic() + PAUSE_SECONDS

    def tick() -> None:
        metrics.LOOP_DELAY_SECONDS.observe(max(0.0, time.monotonic() - due))
        watch(loop)

    loop.call_later(PAUSE_SECONDS, tick)
