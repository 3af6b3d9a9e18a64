"""Replies with a conversation: a few of a session at a time, and nobody else waits for them."""

import asyncio
from typing import Any

from chatsite.large_replies import MOST_AT_ONCE, FewAtOnce

TURNS = 20


def scope_of(path: str, session: str | None) -> dict[str, Any]:
    """A request from that session."""
    cookie = [(b"cookie", f"a=b; sessionid={session}".encode())] if session else []
    return {"type": "http", "path": path, "headers": cookie}


class Unread:
    """Replies that no client reads until ``read`` is set."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.read = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.sent.append(scope["path"])
        await self.read.wait()


async def _started(application: FewAtOnce, *scopes: dict[str, Any]) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(application(scope, None, None)) for scope in scopes]  # type: ignore[arg-type]
    for _ in range(TURNS):
        await asyncio.sleep(0)
    return tasks


def test_a_session_has_a_few_replies_at_once_and_gets_all_of_them() -> None:
    async def run() -> None:
        unread = Unread()
        tasks = await _started(FewAtOnce(unread), *[scope_of("/c/x/messages.json", "alice")] * 60)
        assert len(unread.sent) == MOST_AT_ONCE
        unread.read.set()
        await asyncio.gather(*tasks)
        assert len(unread.sent) == 60

    asyncio.run(run())


def test_nothing_else_waits_for_them() -> None:
    async def run() -> None:
        unread = Unread()
        application = FewAtOnce(unread)
        mine = await _started(application, *[scope_of("/c/x/", "alice")] * 10)
        others = [("/c/x/", "bob"), ("/c/x/", None), ("/", "alice"), ("/account/", "alice")]
        tasks = await _started(application, *[scope_of(*each) for each in others])
        assert len(unread.sent) == MOST_AT_ONCE + len(others)
        unread.read.set()
        await asyncio.gather(*mine, *tasks)

    asyncio.run(run())


def test_a_client_that_has_left_makes_room() -> None:
    async def run() -> None:
        unread = Unread()
        tasks = await _started(
            FewAtOnce(unread), *[scope_of("/c/x/", "alice")] * (MOST_AT_ONCE + 1)
        )
        tasks[0].cancel()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert len(unread.sent) == MOST_AT_ONCE + 1
        unread.read.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())
