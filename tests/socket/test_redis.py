"""Wake-ups between processes come at once through Redis, and no more depends on it."""

import asyncio
import time
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from conversations.generation import redis_wakeups
from conversations.socket import rechecks
from tests.bench.browser import Frame
from tests.processes import Processes, processes
from tests.redis_server import RedisServer

pytestmark = pytest.mark.long
# Both processes have noticed by then that it is back.
BACK_SECONDS = 2 + redis_wakeups.PAUSE_SECONDS
# Sooner than by the look that a page takes by itself.
AT_ONCE_SECONDS = rechecks.RECHECK_SECONDS / 3


async def heard_after(two: Processes, frame: Frame) -> float:
    """The seconds until the tab in the second process hears of a change in the first."""
    first, second = two.tabs
    renamed = asyncio.Event()

    def look(text: str, _at: float) -> None:
        if frame["title"] in text:
            renamed.set()

    second.on_text = look
    began = time.monotonic()
    await first.request({"type": "conversation.rename", **frame})
    await asyncio.wait_for(renamed.wait(), 10)
    return time.monotonic() - began


async def _all_listen(server: RedisServer) -> None:
    async with Redis.from_url(server.url) as client:
        listening = 0
        while listening < 2:
            ((_channel, listening),) = await client.pubsub_numsub(redis_wakeups.CHANNEL)


@pytest.mark.parametrize("trouble", ["killed", "asleep"])
def test_a_redis_that_is_away_only_delays_what_others_hear(
    postgres_site: dict[str, str], redis_server: RedisServer, trouble: str
) -> None:
    harm: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "killed": (redis_server.end, redis_server.start),
        "asleep": (redis_server.sleep, redis_server.wake),
    }
    begin, mend = harm[trouble]

    async def work() -> None:
        async with processes(postgres_site, REDIS_URL=redis_server.url) as two:
            renamed = {"conversation_id": two.answers[0]["conversation"]["id"]}
            assert await heard_after(two, renamed | {"title": "<one>"}) < AT_ONCE_SECONDS
            begin()
            try:
                assert await heard_after(two, renamed | {"title": "<two>"}) < 5
                for tab, answer in zip(two.tabs, two.answers, strict=True):
                    assert await tab.finished(answer["generation_id"]) == "completed"
            finally:
                mend()
            await asyncio.wait_for(_all_listen(redis_server), BACK_SECONDS)
            assert await heard_after(two, renamed | {"title": "<three>"}) < AT_ONCE_SECONDS

    asyncio.run(work())
