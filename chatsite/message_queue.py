"""What a client has sent and the application has not read yet."""

import asyncio
from typing import Any


class MessageQueue:
    """The messages of one connection, for one reader.

    An `asyncio.Queue` has four deques, which are 3 kB of each page that is open.
    """

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._has_come: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        """Add a message."""
        self._messages.append(message)
        if self._has_come and not self._has_come.done():
            self._has_come.set_result(None)

    async def get(self) -> Any:
        """The next message; waits for it."""
        while not self._messages:
            self._has_come = asyncio.get_running_loop().create_future()
            await self._has_come
        return self._messages.pop(0)
