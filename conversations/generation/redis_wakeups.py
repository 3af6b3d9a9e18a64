"""Wake-ups between processes, through one channel of Redis.

Redis is never waited for: what it does not take in time is dropped, and after several failures it
is left alone for a while. Nothing depends on it but the delay of an update.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError

from chatsite import metrics

logger = logging.getLogger(__name__)

CHANNEL = "parley:changed"
# A server that does not answer within this time has failed.
ANSWER_SECONDS = 2
RETRY_SECONDS = 0.1
# After so many failures in a row it is left alone for a while.
MOST_FAILURES = 5
PAUSE_SECONDS = 1.5
# A connection on which nothing comes for so long is tried with a ping.
SILENT_SECONDS = 10
MOST_UNSENT = 1000


class _Patience:
    """The pauses between the attempts of one kind of work."""

    def __init__(self) -> None:
        self._failures = 0

    def succeeded(self) -> None:
        self._failures = 0

    def after(self, error: Exception) -> float:
        """The seconds to wait after a failure."""
        self._failures += 1
        metrics.REDIS_FAILURES.inc()
        if self._failures == MOST_FAILURES:
            logger.warning("Redis fails; other processes hear of changes later: %s", error)
        return PAUSE_SECONDS if self._failures >= MOST_FAILURES else RETRY_SECONDS


class RedisWakeups:
    """Sends the wake-ups of this process, and hears those of all."""

    def __init__(
        self, url: str, wake: Callable[[int, UUID], None], wake_all: Callable[[], None]
    ) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            # Once more at once: a connection may have broken unnoticed since its last use.
            retry=Retry(NoBackoff(), 1),
            decode_responses=True,
        )
        self._wake = wake
        self._wake_all = wake_all
        # In order, each once.
        self._unsent: dict[str, None] = {}
        self._has_unsent = asyncio.Event()

    def send(self, user_id: int, conversation_id: UUID) -> None:
        """Have a wake-up sent soon."""
        if len(self._unsent) < MOST_UNSENT:
            self._unsent[f"{user_id} {conversation_id}"] = None
            self._has_unsent.set()

    async def work_sending(self) -> None:
        """Send for as long as the process runs."""
        await _keep_at(self._send_unsent)

    async def work_hearing(self) -> None:
        """Hear for as long as the process runs."""
        await _keep_at(self._hear)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _send_unsent(self, patience: _Patience) -> None:
        await self._has_unsent.wait()
        self._has_unsent.clear()
        unsent, self._unsent = list(self._unsent), {}
        async with self._redis.pipeline(transaction=False) as pipeline:
            for each in unsent:
                pipeline.publish(CHANNEL, each)
            await pipeline.execute()
        patience.succeeded()

    async def _hear(self, patience: _Patience) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            # Those of the time without a connection are lost.
            self._wake_all()
            while True:
                await self._hear_one(channel)
                patience.succeeded()

    async def _hear_one(self, channel: PubSub) -> None:
        message = await channel.get_message(timeout=SILENT_SECONDS)
        if message is None:
            await channel.ping()
            message = await channel.get_message(timeout=ANSWER_SECONDS)
        if message is None:
            raise Disconnected("It is silent.")
        if message["type"] == "message":
            user_id, _space, conversation_id = message["data"].partition(" ")
            self._wake(int(user_id), UUID(conversation_id))


async def _keep_at(work: Callable[[_Patience], Coroutine[Any, Any, None]]) -> None:
    patience = _Patience()
    while True:
        try:
            await work(patience)
        except (RedisError, OSError) as error:
            await asyncio.sleep(patience.after(error))
