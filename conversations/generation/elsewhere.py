"""Reads the log for all followers in this process of generations that another process runs."""

import asyncio
import contextvars
from uuid import UUID

from conversations.database.threads import in_thread_with_retries
from conversations.generation import log
from conversations.generation.log import Unread

# The delay of a token that another process wrote is half of it, beside that of its commit. One
# indexed query takes less than a hundredth of it, so that nothing has to announce new events.
TICK_SECONDS = 0.05


class Elsewhere:
    """Collects the followers' cursors, and reads what is behind all of them in one query a tick."""

    def __init__(self) -> None:
        self._asked: dict[log.Cursor, asyncio.Future[Unread]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def after(self, generation_id: UUID, seq: int) -> Unread:
        """Wait for events after that number, or for the end of the generation."""
        cursor = log.Cursor(generation_id, seq)
        if cursor not in self._asked:
            self._asked[cursor] = asyncio.get_running_loop().create_future()
        found = self._asked[cursor]
        if self._reading is None or self._reading.done():
            # An empty context: that of a follower would tie the task to its request's thread.
            self._reading = asyncio.get_running_loop().create_task(
                self._read(), context=contextvars.Context()
            )
        # Others may wait for the same.
        return await asyncio.shield(found)

    async def _read(self) -> None:
        while self._asked:
            found = await in_thread_with_retries(log.read_after, list(self._asked))
            for cursor, unread in found.items():
                if unread.payloads or not unread.is_running:
                    self._asked.pop(cursor).set_result(unread)
            await asyncio.sleep(TICK_SECONDS)
