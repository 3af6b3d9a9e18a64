"""Committed events of the generations of this process, in memory, for their followers."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

from conversations.database.threads import in_thread
from conversations.generation import log

# The interval at which followers of a generation of another process read the log.
TICK_SECONDS = 0.5
# The most events in one frame; a joined event is about 25 ms of text.
BATCH_EVENTS = 500


class Batch(NamedTuple):
    """Consecutive events; ``seq`` is the number of the last one."""

    seq: int
    payloads: list[str]


class _Tail:
    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.is_finished = False
        self.changed = asyncio.Event()

    def notify(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Tails:
    """The committed events of each running generation, from its first on.

    Followers share one list, each with its own cursor, so that no follower has a queue.
    """

    def __init__(self) -> None:
        self._tails: dict[UUID, _Tail] = {}

    def open(self, generation_id: UUID) -> None:
        """Start the tail of a generation."""
        self._tails[generation_id] = _Tail()

    def publish(self, generation_id: UUID, payloads: list[str]) -> None:
        """Add committed events and wake the followers."""
        tail = self._tails[generation_id]
        tail.payloads.extend(payloads)
        tail.notify()

    def close(self, generation_id: UUID) -> None:
        """End the tail; followers read the rest and end."""
        tail = self._tails.pop(generation_id)
        tail.is_finished = True
        tail.notify()

    async def follow(self, generation_id: UUID, after: int) -> AsyncIterator[Batch]:
        """Yield the events after that number as they are committed, up to the last one."""
        tail = self._tails.get(generation_id)
        source = _from_tail(tail, after) if tail else _from_log(generation_id, after)
        async for batch in source:
            yield batch


async def _from_tail(tail: _Tail, cursor: int) -> AsyncIterator[Batch]:
    while True:
        changed = tail.changed
        payloads = tail.payloads[cursor : cursor + BATCH_EVENTS]
        if payloads:
            cursor += len(payloads)
            yield Batch(cursor, payloads)
        elif tail.is_finished:
            return
        else:
            await changed.wait()


async def _from_log(generation_id: UUID, cursor: int) -> AsyncIterator[Batch]:
    while True:
        unread = await in_thread(log.read_after, generation_id, cursor)
        if unread.payloads:
            cursor += len(unread.payloads)
            yield Batch(cursor, unread.payloads)
        elif not unread.is_running:
            return
        else:
            await asyncio.sleep(TICK_SECONDS)
