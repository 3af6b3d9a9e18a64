"""The faults: each harms something, waits, mends it, and gives the moment from which it was well.

While it lasts, messages are sent in both processes.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import psycopg
from redis.asyncio import Redis

from tests.bench.outages.stage import NAMES, Stage

_CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = %s OR application_name LIKE %s
"""


@dataclass(frozen=True)
class Fault:
    """``play`` gives the moment from which all is well, in monotonic seconds.

    ``resume_seconds`` is the longest time from then on until every page shows more, ``gap_seconds``
    the longest pause of a page in all of it, ``send_seconds`` the longest time of a send; None if
    it is not promised. ``ends`` are the ends that an answer may have.
    """

    play: Callable[[Stage], Awaitable[float]]
    lasts: float
    resume_seconds: float
    gap_seconds: float | None = None
    send_seconds: float | None = None
    ends: frozenset[str] = frozenset({"completed"})


async def _send_in_both(stage: Stage) -> None:
    await asyncio.gather(*(stage.send(process) for process in range(len(NAMES))))


async def _redis_killed(stage: Stage, seconds: float) -> float:
    await asyncio.to_thread(stage.redis.end)
    try:
        await _meanwhile(stage, seconds)
    finally:
        await asyncio.to_thread(stage.redis.start)
    return time.monotonic()


async def _redis_asleep(stage: Stage, seconds: float) -> float:
    stage.redis.sleep()
    try:
        await _meanwhile(stage, seconds)
    finally:
        stage.redis.wake()
    return time.monotonic()


async def _redis_emptied(stage: Stage, seconds: float) -> float:
    async with Redis.from_url(stage.redis.url) as client:
        await client.flushall()
    await _meanwhile(stage, seconds)
    return time.monotonic()


async def _meanwhile(stage: Stage, seconds: float) -> None:
    """Send at the beginning, in the middle and, at last, after all failures were counted."""
    until = time.monotonic() + seconds
    for part in (0.05, 0.3, 0.6):
        await asyncio.sleep(seconds * part / 2)
        await _send_in_both(stage)
    await asyncio.sleep(max(0, until - time.monotonic()))


async def _postgres_away(stage: Stage, seconds: float, mode: str) -> float:
    await asyncio.to_thread(stage.postgres.stop, mode)
    sending = asyncio.create_task(_send_in_both(stage))
    await asyncio.sleep(seconds)
    await asyncio.to_thread(stage.postgres.start)
    back = time.monotonic()
    await sending
    return back


async def _asleep(stage: Stage, seconds: float, *, is_cut: bool) -> float:
    stage.sites[0].signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds / 6)
        if is_cut:
            with psycopg.connect(stage.address, autocommit=True) as connection:
                values = (NAMES[0], f"lock of process {stage.sites[0].pid} %")
                connection.execute(_CUT, values)
        await stage.send(1)
        await asyncio.sleep(seconds * 5 / 6)
    finally:
        stage.sites[0].signal(signal.SIGCONT)
    woken = time.monotonic()
    await _send_in_both(stage)
    return woken


_ENDED = frozenset({"completed", "interrupted"})
FAULTS = {
    "redis-killed": Fault(partial(_redis_killed, seconds=10), 10, 2, 2, 2),
    "redis-emptied": Fault(partial(_redis_emptied, seconds=5), 5, 2, 2, 2),
    "redis-20s": Fault(partial(_redis_asleep, seconds=20), 20, 2, 2, 2),
    "postgres-fast": Fault(partial(_postgres_away, seconds=0, mode="fast"), 2, 5),
    "postgres-immediate": Fault(partial(_postgres_away, seconds=0, mode="immediate"), 2, 5),
    "postgres-30s": Fault(partial(_postgres_away, seconds=30, mode="fast"), 32, 5),
    "asleep-60s": Fault(partial(_asleep, seconds=60, is_cut=False), 62, 5),
    "asleep-60s-cut": Fault(partial(_asleep, seconds=60, is_cut=True), 62, 5, ends=_ENDED),
}
