"""Sends the events of a generation to one socket, with a bound on unacknowledged bytes."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from uuid import UUID

from conversations.generation.runner import runner
from conversations.generation.tail import Batch
from conversations.socket import frames

# What the page may lag: a page that shows nothing more is sent nothing more.
WINDOW_BYTES = 256 * 1024
ACKNOWLEDGE_SECONDS = 30.0

SendText = Callable[[str], Awaitable[None]]


class NotAcknowledged(Exception):
    """The page has stopped acknowledging events."""


class Follower:
    """Sends one generation's events to one page, at most one window ahead of its reading."""

    def __init__(self, generation_id: UUID, send: SendText, turn: asyncio.Lock) -> None:
        self._generation_id = generation_id
        self._send = send
        # Held while a frame is written down and sent, so that a page has one frame in memory.
        self._turn = turn
        self._sent: deque[tuple[int, int]] = deque()
        self._unread_bytes = 0
        self._acknowledged = asyncio.Event()

    async def follow(self, after: int) -> None:
        """Send the events after that number until the generation has finished.

        Raises :class:`NotAcknowledged` when the page reads nothing for 30 seconds.
        """
        async for batch in runner().tails.follow(self._generation_id, after):
            await self._wait_for_window()
            async with self._turn:
                await self._send_batch(batch)

    async def _send_batch(self, batch: Batch) -> None:
        frame = frames.write_events(self._generation_id, batch.seq, batch.payloads)
        self._sent.append((batch.seq, len(frame)))
        self._unread_bytes += len(frame)
        await self._send(frame)

    def acknowledge(self, seq: int) -> None:
        """Note that the page has read the events up to that number."""
        while self._sent and self._sent[0][0] <= seq:
            self._unread_bytes -= self._sent.popleft()[1]
        self._acknowledged.set()

    async def _wait_for_window(self) -> None:
        while self._unread_bytes > WINDOW_BYTES:
            self._acknowledged.clear()
            try:
                await asyncio.wait_for(self._acknowledged.wait(), ACKNOWLEDGE_SECONDS)
            except TimeoutError:
                raise NotAcknowledged from None
