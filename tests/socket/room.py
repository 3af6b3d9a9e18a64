"""A running site with two users, driven through sockets and JSON without a browser."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from tests.bench.browser import Account, Tab

T = TypeVar("T")
MODEL = "good"


class Room:
    """The running site, where Alice and Charlie are signed in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._loop = asyncio.Runner()
        self._stack = AsyncExitStack()

    def run(self, work: Awaitable[T]) -> T:
        """Run a coroutine in the loop of the room."""

        async def bounded() -> T:
            async with asyncio.timeout(60):
                return await work

        return self._loop.run(bounded())

    async def open(self) -> None:
        await self.open_for_alice()
        self.charlie = await self._stack.enter_async_context(Account(self.url, "charlie"))

    async def open_for_alice(self) -> None:
        """Sign in as Alice alone."""
        self.alice = await self._stack.enter_async_context(Account(self.url, "alice"))

    def close(self) -> None:
        self.run(self._stack.aclose())
        self._loop.close()

    def with_tab(self, work: Callable[[Tab], Awaitable[T]], account: Account | None = None) -> T:
        """Run a coroutine with a fresh tab of Alice's."""

        async def whole() -> T:
            async with Tab(account or self.alice, "tab") as tab:
                return await work(tab)

        return self.run(whole())
