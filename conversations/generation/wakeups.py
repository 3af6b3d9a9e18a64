"""Tells the open pages of a user that a conversation has changed, here and in other processes.

A wake-up carries an id and no data. Losing one only delays an update: pages also look every few
seconds.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from django.conf import settings

from conversations.generation.redis_wakeups import RedisWakeups

Wake = Callable[[UUID | None], None]


class Wakeups:
    """The open pages of this process, and Redis, if it is used, for those of others."""

    def __init__(self) -> None:
        self._pages: dict[int, list[Wake]] = {}
        url = settings.REDIS_URL
        self._redis = RedisWakeups(url, self._wake, self._wake_all) if url else None

    @property
    def loops(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """The work that goes on for as long as the process runs."""
        return [self._redis.work_sending, self._redis.work_hearing] if self._redis else []

    def listen(self, user_id: int, wake: Wake) -> Callable[[], None]:
        """Call ``wake`` with the id of each changed conversation of a user, or with None if there
        may have been some; gives the function that ends it."""
        self._pages.setdefault(user_id, []).append(wake)
        return lambda: self._leave(user_id, wake)

    def notify(self, user_id: int, conversation_id: UUID) -> None:
        """Tell the user's pages that this conversation has changed, or is gone."""
        self._wake(user_id, conversation_id)
        if self._redis:
            self._redis.send(user_id, conversation_id)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        if self._redis:
            await self._redis.aclose()

    def _wake(self, user_id: int, conversation_id: UUID) -> None:
        for wake in self._pages.get(user_id, ()):
            wake(conversation_id)

    def _wake_all(self) -> None:
        for pages in self._pages.values():
            for wake in pages:
                wake(None)

    def _leave(self, user_id: int, wake: Wake) -> None:
        pages = self._pages.get(user_id, [])
        if wake in pages:
            pages.remove(wake)
        if not pages:
            self._pages.pop(user_id, None)
