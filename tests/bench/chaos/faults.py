"""Faults of a site, and their end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.bench.chaos.history import History
from tests.bench.chaos.plan import Fault
from tests.bench.chaos.stage import Stage
from tests.bench.site import Site
from tests.postgres import break_lock

LOOK_SECONDS = 0.02
_BLOCK = 1 << 20


async def work(stage: Stage, fault: Fault, history: History, over: asyncio.Event) -> None:
    """Wait for the fault's place in the history, or for the end of all steps, and carry it out."""
    while history.count < fault.at_event and not over.is_set():  # noqa: ASYNC110 - of all tabs
        await asyncio.sleep(LOOK_SECONDS)
    history.note("site", f"{fault.kind} begins, process {fault.process}, {fault.seconds:.1f}")
    await _FAULTS[fault.kind](stage, fault)
    history.note("site", f"{fault.kind} is over")


def set_clocks_right(stage: Stage) -> None:
    """End the one fault that lasts until the end of its seed."""
    for number in range(len(stage.sites)):
        stage.set_clock(number, 0.0)


def _number(stage: Stage, fault: Fault) -> int:
    return fault.process % len(stage.sites)


async def _kill(stage: Stage, fault: Fault) -> None:
    site = stage.sites[_number(stage, fault)]
    async with stage.restarting:
        await site.kill()
        await _started(site)


async def _started(site: Site) -> None:
    """Start it as a supervisor does: again where it cannot, because its disk is full."""
    while True:
        try:
            await site.start()
        except RuntimeError:
            await asyncio.sleep(0.2)
        else:
            return


async def _sleep(stage: Stage, fault: Fault) -> None:
    site = stage.sites[_number(stage, fault)]
    async with stage.restarting:
        site.signal(signal.SIGSTOP)
        await asyncio.sleep(fault.seconds)
        site.signal(signal.SIGCONT)


async def _sleep_and_lose(stage: Stage, fault: Fault) -> None:
    site = stage.sites[_number(stage, fault)]
    assert stage.postgres is not None
    async with stage.restarting:
        site.signal(signal.SIGSTOP)
        # It may be being restarted, and frees all locks by that.
        with suppress(psycopg.OperationalError):
            await asyncio.to_thread(break_lock, stage.address, site.pid)
        await asyncio.sleep(fault.seconds)
        site.signal(signal.SIGCONT)


async def _redis_slow(stage: Stage, fault: Fault) -> None:
    assert stage.redis is not None
    async with stage.redis_changing:
        stage.redis.sleep()
        await asyncio.sleep(fault.seconds)
        stage.redis.wake()


async def _redis_gone(stage: Stage, fault: Fault) -> None:
    assert stage.redis is not None
    async with stage.redis_changing:
        stage.redis.end()
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(stage.redis.start)


async def _database_restarted(stage: Stage, fault: Fault) -> None:
    assert stage.postgres is not None
    async with stage.restarting:
        await asyncio.to_thread(stage.postgres.restart, "fast" if fault.seconds else "immediate")


async def _disk_full(stage: Stage, fault: Fault) -> None:
    if stage.disk is None:
        return
    async with stage.disk_changing:
        ballast = stage.disk / "ballast"
        await asyncio.to_thread(_fill, ballast)
        await asyncio.sleep(fault.seconds)
        ballast.unlink()


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        size = _BLOCK
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


async def _clock(stage: Stage, fault: Fault) -> None:
    stage.set_clock(_number(stage, fault), fault.seconds)


_FAULTS: dict[str, Callable[[Stage, Fault], Awaitable[None]]] = {
    "kill": _kill, "sleep": _sleep, "sleep and lose": _sleep_and_lose, "redis slow": _redis_slow,
    "redis gone": _redis_gone, "database restarted": _database_restarted,
    "disk full": _disk_full, "clock": _clock,
}  # fmt: skip
