"""Committed events for the followers of generations: from memory, or from the log."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

from conversations.generation.elsewhere import Elsewhere

# The most events in one frame; a joined event is about 25 ms of text.
BATCH_EVENTS = 500


class Batch(NamedTuple):
    """Consecutive events; ``seq`` is the number of the last one."""

    seq: int
    payloads: list[str]


class _Tail:
    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.is_closed = False
        self.is_whole = False
        self._waiting: list[asyncio.Future[None]] = []

    def notify(self) -> None:
        waiting, self._waiting = self._waiting, []
        for follower in waiting:
            if not follower.done():
                follower.set_result(None)

    async def changed(self) -> None:
        # With a new event for each change, the events alone took 4 % of the loop's time.
        follower = asyncio.get_running_loop().create_future()
        self._waiting.append(follower)
        await follower


class Tails:
    """The committed events of each generation that runs here, from its first on.

    Followers share one list, each with its own cursor, so that no follower has a queue. They do
    not know where a generation runs.
    """

    def __init__(self) -> None:
        self._elsewhere = Elsewhere()
        self._tails: dict[UUID, _Tail] = {}

    def open(self, generation_id: UUID) -> None:
        """Start the tail of a generation."""
        self._tails[generation_id] = _Tail()

    def publish(self, generation_id: UUID, payloads: list[str]) -> None:
        """Add committed events and wake the followers.

        A reply to an API client has no tail: those that follow it are in other processes.
        """
        if tail := self._tails.get(generation_id):
            tail.payloads.extend(payloads)
            tail.notify()

    def close(self, generation_id: UUID, *, is_whole: bool) -> None:
        """End the tail; followers read the rest of it and end. Where it is not whole they read on
        in the log: another process has ended the generation."""
        tail = self._tails.pop(generation_id)
        tail.is_closed, tail.is_whole = True, is_whole
        tail.notify()

    async def follow(self, generation_id: UUID, after: int) -> AsyncIterator[Batch]:
        """Yield the events after that number as they are committed, up to the last one."""
        tail = self._tails.get(generation_id)
        if tail:
            async for batch in _from_tail(tail, after):
                yield batch
                after = batch.seq
        if tail is None or not tail.is_whole:
            async for batch in self._from_log(generation_id, after):
                yield batch

    async def _from_log(self, generation_id: UUID, cursor: int) -> AsyncIterator[Batch]:
        while (unread := await self._elsewhere.after(generation_id, cursor)).payloads:
            cursor += len(unread.payloads)
            yield Batch(cursor, unread.payloads)


async def _from_tail(tail: _Tail, cursor: int) -> AsyncIterator[Batch]:
    while True:
        payloads = tail.payloads[cursor : cursor + BATCH_EVENTS]
        if payloads:
            cursor += len(payloads)
            yield Batch(cursor, payloads)
        elif tail.is_closed:
            return
        else:
            await tail.changed()
