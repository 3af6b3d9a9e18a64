"""The room that a connection has for more: none while its client does not read what was sent."""

import asyncio
from typing import Any

# A client that has not read at least so much of what waits for it, in each such time, is dropped.
# A slow telephone reads ten times as much.
LOOK_SECONDS = 15
LEAST_BYTES = 32 * 1024


class Room:
    """Registers itself as the producer of a transport (twisted.internet.interfaces.IPushProducer),
    which pauses it while more than 64 kB wait in the transport's buffer."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        # None while there is room, which is nearly always: an event has 1 kB.
        self._freed: asyncio.Event | None = None
        self._look: asyncio.TimerHandle | None = None
        # The HTTP connection that this one was before has registered itself.
        transport.unregisterProducer()
        transport.registerProducer(self, True)

    @property
    def is_full(self) -> bool:
        """True while the client has to read first."""
        return self._freed is not None

    async def wait(self) -> None:
        """Wait until there is room, or the connection is closed."""
        if self._freed:
            await self._freed.wait()

    def pauseProducing(self) -> None:
        """The buffer is full."""
        if not self.is_full:
            self._freed = asyncio.Event()
            self._look_later()

    def resumeProducing(self) -> None:
        """The buffer is empty."""
        if self._look:
            self._look.cancel()
        if self._freed:
            self._freed.set()
            self._freed = None

    def stopProducing(self) -> None:
        """The connection is closed: nobody waits for room any more."""
        self.resumeProducing()

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(LOOK_SECONDS, self._drop_unless_read, self._unread())

    def _drop_unless_read(self, before: int) -> None:
        if before - self._unread() < LEAST_BYTES:
            self._transport.abortConnection()
        else:
            self._look_later()

    def _unread(self) -> int:
        """The bytes in the buffer, which Twisted keeps in two parts."""
        transport = self._transport
        waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen  # noqa: SLF001
        return waiting
