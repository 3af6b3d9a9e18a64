"""Group commit: one transaction for the new events of all running generations.

It commits at once when idle; during a commit the next batch gathers. Only committed events are
published, so that nothing that was shown can be lost.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from chatsite import metrics
from conversations.generation import log
from conversations.generation.beat import Beat
from conversations.generation.processes import OWNER
from conversations.generation.run import Run
from conversations.generation.tail import Tails
from conversations.transcript import Event, Failure

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
# Upstreams are not read while more events than this wait for the store.
PENDING_EVENTS = 20_000


class Writer:
    """Collects the events of all runs, commits them together, then publishes them.

    ``running`` gives the number of runs of this process.
    """

    def __init__(self, tails: Tails, running: Callable[[], int]) -> None:
        self._tails = tails
        # Each with the time since when it waits.
        self._waiting: dict[Run, float] = {}
        self._pending = 0
        self._has_work = asyncio.Event()
        self.beat = Beat(running, self._has_work.set)
        # Those whose first token waits, which nobody should have to wait for.
        self._first: dict[Run, None] = {}
        self._has_first = asyncio.Event()
        self._committed = asyncio.Condition()
        # A thread of its own, with an open connection: no other work delays a commit.
        self._thread = ThreadPoolExecutor(
            max_workers=1, thread_name_prefix="writer", initializer=_take_priority
        )
        metrics.UNCOMMITTED.read_from(lambda: self._pending)

    def queue(self, run: Run, events: Sequence[Any]) -> None:
        """Have the events, or what else the run has for the log, committed soon."""
        run.pending.extend(events)
        self._waiting.setdefault(run, time.monotonic())
        self._pending += len(events)
        self._has_work.set()

    async def append(self, run: Run, events: Sequence[Event], *, is_first: bool = False) -> None:
        """Queue the events. Waits only while too many are queued. The first ones of an answer are
        committed before the next beat."""
        self.queue(run, events)
        if is_first:
            self._first[run] = None
            self._has_first.set()
        if self._pending > PENDING_EVENTS:
            async with self._committed:
                await self._committed.wait_for(lambda: self._pending <= PENDING_EVENTS)

    async def flush(self, run: Run) -> None:
        """Wait until all events of the run are committed."""
        async with self._committed:
            await self._committed.wait_for(lambda: run not in self._waiting)

    async def work(self) -> None:
        """Commit batches for as long as the process runs."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            started = time.monotonic()
            await self.beat.strike()
            runs = list(self._waiting)
            if runs:
                await self._commit(runs)
            await self._pause(self.beat.pause(time.monotonic() - started))

    async def _pause(self, seconds: float) -> None:
        """Wait for that long, and commit meanwhile what answers begin with."""
        ends = asyncio.get_running_loop().time() + seconds
        while True:
            self._has_first.clear()
            runs = [run for run in self._first if run in self._waiting]
            self._first.clear()
            if runs:
                await self._commit(runs)
            try:
                async with asyncio.timeout_at(ends):
                    await self._has_first.wait()
            except TimeoutError:
                return

    async def _commit(self, runs: Sequence[Run]) -> None:
        started = time.monotonic()
        since = min(self._waiting[run] for run in runs)
        # For what comes during the commit.
        self._waiting |= dict.fromkeys(runs, started)
        batch = {run: self._take(run) for run in runs}
        entries = [entry for numbered in batch.values() for entry in numbered]
        owned = await self._store(entries, [(run.generation_id, OWNER, run.epoch) for run in runs])
        for run, numbered in batch.items():
            self._publish(run, numbered, run.generation_id in owned)
        async with self._committed:
            self._committed.notify_all()
        metrics.COMMITTED.inc(len(entries))
        metrics.COMMIT_DELAY_SECONDS.observe(time.monotonic() - since)

    def _take(self, run: Run) -> list[log.Entry]:
        events, run.pending = run.pending, []
        self._pending -= len(events)
        try:
            numbered = [
                log.Entry(run.generation_id, seq, payload)
                for seq, payload in enumerate(run.encoded(events), run.seq + 1)
            ]
        except Exception as error:  # noqa: BLE001 - of one run, and the others go on
            _fail(run, error)
            return []
        run.seq += len(numbered)
        return numbered

    def _publish(self, run: Run, numbered: list[log.Entry], is_owned: bool) -> None:
        if not run.pending:
            self._waiting.pop(run, None)
        if not is_owned:
            # Another process owns the generation now: nothing more may be written or shown.
            run.stop.set()
            return
        try:
            self._tails.publish(run.generation_id, [entry.payload for entry in numbered])
        except Exception as error:  # noqa: BLE001 - of one run, and the others go on
            _fail(run, error)

    async def _store(
        self, entries: Sequence[log.Entry], owners: Sequence[tuple[UUID, str, int]]
    ) -> set[UUID]:
        loop = asyncio.get_running_loop()
        while True:
            try:
                with metrics.COMMIT_SECONDS.time():
                    return await loop.run_in_executor(self._thread, log.append, entries, owners)
            except Exception:
                metrics.COMMIT_FAILURES.inc()
                logger.exception("The log could not be written; trying again.")
                await loop.run_in_executor(self._thread, _close)
                await asyncio.sleep(RETRY_SECONDS)

    def close(self) -> None:
        """Close the connection and end the thread."""
        self._thread.submit(_close)
        self._thread.shutdown()


def _fail(run: Run, error: Exception) -> None:
    """End a run whose events cannot be written or shown. The others of its batch go on."""
    ids = {"generation_id": run.generation_id}
    logger.error("The events of an answer failed; it is ended.", exc_info=error, extra=ids)
    run.revoked = Failure("internal", _("Something went wrong on this site."))
    run.stop.set()


def _take_priority() -> None:
    # Read by the site's SQLite backend; other databases need no queue.
    connection.has_priority = True  # type: ignore[attr-defined]


def _close() -> None:
    # A bound method of `connection` would belong to the thread that created it.
    connection.close()
