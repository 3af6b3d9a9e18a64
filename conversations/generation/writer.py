"""The group commit: one transaction for what all running generations have to store.

It commits at once when idle; while a commit runs the next batch gathers. Only what has been
committed is published, so nothing that was shown can be lost.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from conversations.generation import log
from conversations.generation.lifecycle import OWNER
from conversations.generation.tail import Tails
from conversations.quotas.settlement import Measured
from conversations.quotas.tokens import about
from conversations.transcript import Event, Failure, encode, join
from conversations.upstream import Chunk

logger = logging.getLogger(__name__)

# Between two commits at least so long, or as long as the last commit took: it halves the work of
# the store under load and adds half of itself to the delay of a token.
COMMIT_INTERVAL_SECONDS = 0.025
# A store that stalled is asked again soon: what came meanwhile has waited for it already.
LONGEST_INTERVAL_SECONDS = 0.05
RETRY_SECONDS = 0.5
# The reading of upstreams waits while more events than this are unwritten (a store that stalls).
PENDING_EVENTS = 20_000


@dataclass(eq=False)
class Run:
    """One running generation as its owner sees it. ``seq`` counts the events that were numbered."""

    generation_id: UUID
    user_id: int
    epoch: int = 1
    seq: int = 0
    pending: list[Event] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    # Where the program asked from, whose key may be for some addresses alone. It is not stored.
    address: str = ""
    # Why the run was stopped, if the right to it was taken away.
    revoked: Failure | None = None
    upstream_id: str = ""
    began: bool = False
    # In how many pieces the answer came: many servers send a token in each.
    pieces: int = 0
    # The bytes of an answer that is not logged: nothing else tells how much it said.
    text_bytes: int = 0
    # How many answers were asked for: some servers count one of them.
    choices: int = 1
    first_token_ms: int | None = None
    # The clock of ``at_ms``.
    started: float = field(default_factory=time.monotonic)

    @property
    def measured(self) -> Measured:
        """What was seen of the answer so far."""
        seen = (self.began, self.pieces, self.first_token_ms, self.text_bytes)
        return Measured(*seen, choices=self.choices)

    @property
    def estimated_tokens(self) -> int:
        """About how many tokens an answer that is not logged has said so far."""
        return about(self.text_bytes, self.pieces)

    def count(self, chunk: Chunk, text_bytes: int) -> None:
        """Take note of a chunk of an answer that no log keeps, and of the bytes said so far."""
        said = sum([not choice.delta.is_empty for choice in chunk.choices])
        if said and not self.pieces:
            self.upstream_id = chunk.id
            self.first_token_ms = self.elapsed_ms()
        self.pieces += said
        self.text_bytes = text_bytes

    def elapsed_ms(self) -> int:
        """Milliseconds since the run began."""
        return int((time.monotonic() - self.started) * 1000)


class Writer:
    """Takes the events of all runs, and commits, then publishes them together."""

    def __init__(self, tails: Tails) -> None:
        self._tails = tails
        self._waiting: dict[Run, None] = {}
        self._pending = 0
        self._news = asyncio.Event()
        self._committed = asyncio.Condition()
        # A thread of its own keeps its connection open; nothing else ever queues before a commit.
        self._thread = ThreadPoolExecutor(
            max_workers=1, thread_name_prefix="writer", initializer=_go_first
        )

    async def append(self, run: Run, events: Sequence[Event]) -> None:
        """Put the events in line. Waits only while too much is unwritten."""
        run.pending.extend(events)
        self._waiting[run] = None
        self._pending += len(events)
        self._news.set()
        if self._pending > PENDING_EVENTS:
            async with self._committed:
                await self._committed.wait_for(lambda: self._pending <= PENDING_EVENTS)

    async def flush(self, run: Run) -> None:
        """Wait until everything appended for the run has been committed."""
        async with self._committed:
            await self._committed.wait_for(lambda: run not in self._waiting)

    async def work(self) -> None:
        """Commit batch after batch, for as long as the process runs."""
        while True:
            await self._news.wait()
            self._news.clear()
            started = time.monotonic()
            await self._commit(dict(self._waiting))
            took = min(time.monotonic() - started, LONGEST_INTERVAL_SECONDS)
            await asyncio.sleep(max(COMMIT_INTERVAL_SECONDS, took))

    async def _commit(self, runs: dict[Run, None]) -> None:
        batch = {run: self._take(run) for run in runs}
        entries = [entry for numbered in batch.values() for entry in numbered]
        held = await self._store(entries, [(run.generation_id, OWNER, run.epoch) for run in runs])
        for run, numbered in batch.items():
            self._publish(run, numbered, run.generation_id in held)
        async with self._committed:
            self._committed.notify_all()

    def _take(self, run: Run) -> list[log.Entry]:
        events, run.pending = run.pending, []
        self._pending -= len(events)
        first = run.seq + 1
        numbered = [
            log.Entry(run.generation_id, seq, encode(event))
            for seq, event in enumerate(join(events), first)
        ]
        run.seq += len(numbered)
        return numbered

    def _publish(self, run: Run, numbered: list[log.Entry], is_held: bool) -> None:
        if not run.pending:
            self._waiting.pop(run, None)
        if is_held:
            self._tails.publish(run.generation_id, [entry.payload for entry in numbered])
        else:
            # Another process has taken the generation over: nothing more may be written or shown.
            run.stop.set()

    async def _store(
        self, entries: Sequence[log.Entry], owners: Sequence[tuple[UUID, str, int]]
    ) -> set[UUID]:
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._thread, log.append, entries, owners)
            except Exception:
                logger.exception("The log could not be written; trying again.")
                await loop.run_in_executor(self._thread, _close)
                await asyncio.sleep(RETRY_SECONDS)

    def close(self) -> None:
        """Give the thread and its connection back."""
        self._thread.submit(_close)
        self._thread.shutdown()


def _go_first() -> None:
    # What our SQLite backend understands; other databases need no line.
    connection.has_priority = True  # type: ignore[attr-defined]


def _close() -> None:
    # A method that is taken from `connection` belongs to the thread that takes it.
    connection.close()
