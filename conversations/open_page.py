"""A page that is open on a socket: what it follows, and what it has been told."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID

from conversations import access, page_state, protocol
from conversations.following import Follower, Silent
from conversations.generation.revocation import signed_in
from conversations.models import User
from conversations.quota_state import quota_state
from conversations.threads import in_thread
from conversations.turn_records import Turn

NOT_READING = 4408
NOT_SIGNED_IN = 4401
# A lost wake-up, or a right that was taken away, is noticed at most so late.
RECHECK_SECONDS = 3


class OpenPage:
    """One person's page. It owns no generation: closing it changes nothing that runs."""

    def __init__(
        self,
        user: User,
        session_key: str,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        self.user = user
        self._session_key = session_key
        self._send = send
        self._close = close
        self._tasks: set[asyncio.Task[None]] = set()
        self._followers: dict[UUID, tuple[Follower, asyncio.Task[None]]] = {}
        self._opened: tuple[UUID, int] | None = None
        self._told_quota: list[dict[str, Any]] | None = None

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something for as long as the page is open, without waiting for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def leave(self) -> None:
        """End whatever is done for this page."""
        for task in self._tasks:
            task.cancel()

    async def say(self, frame_type: str, **fields: Any) -> None:
        """Send a frame."""
        await self._send(protocol.write(frame_type, **fields))

    async def complain(
        self,
        request_id: object,
        code: str,
        message: str,
        field: str | None = None,
        standing: dict[str, Any] | None = None,
    ) -> None:
        """Say why something was not done; ``standing`` is the limit that stood in the way."""
        known_id = None if request_id is None else str(request_id)
        why = {"code": code, "message": message, "field": field, "standing": standing}
        await self.say("error", request_id=known_id, **why)

    async def tell_turn(self, turn: Turn, request_id: UUID) -> None:
        """Tell all that came with a turn, and follow its answer."""
        state = await in_thread(_turn_state, turn, self._since(turn))
        self._opened = (turn.conversation.pk, state["conversation"]["version"])
        await self.say("turn.started", request_id=str(request_id), **state)
        for generation in turn.generations:
            if generation.pk not in self._followers:
                self.follow(generation.pk, _seq_of(state, generation.pk))

    def _since(self, turn: Turn) -> int:
        # What changed before the turn, and the page was not told yet, comes along with it.
        is_open = self._opened is not None and self._opened[0] == turn.conversation.pk
        return min(turn.since, self._opened[1]) if self._opened and is_open else turn.since

    def follow(self, generation_id: UUID, after: int) -> None:
        """Send the events of a generation after that number, from now on."""
        if known := self._followers.pop(generation_id, None):
            known[1].cancel()
        follower = Follower(generation_id, self._send)
        task = self.spawn(self._followed(generation_id, follower, after))
        self._followers[generation_id] = (follower, task)

    async def _followed(self, generation_id: UUID, follower: Follower, after: int) -> None:
        try:
            await follower.follow(after)
            await self.tell_changes()
        except Silent:
            await self._close(NOT_READING)
        finally:
            if self._followers.get(generation_id, (None,))[0] is follower:
                del self._followers[generation_id]

    def acknowledge(self, generation_id: UUID, seq: int) -> None:
        """The page has read the generation's events up to that number."""
        if known := self._followers.get(generation_id):
            known[0].acknowledge(seq)

    async def open(self, conversation_id: UUID, version: int) -> None:
        """Tell what changed in the conversation since that version, now and from now on."""
        await in_thread(access.conversation_for, self.user, conversation_id)
        self._opened = (conversation_id, version)
        await self.tell_changes()

    async def rang(self, conversation_id: UUID) -> None:
        """Something is new in one of the person's conversations."""
        try:
            conversation = await in_thread(access.conversation_for, self.user, conversation_id)
        except access.NotFound:
            await self.say("conversation.deleted", conversation_id=str(conversation_id))
            return
        await self.say("conversation.listed", conversation=page_state.listed_state(conversation))
        if self._opened and self._opened[0] == conversation_id:
            await self.tell_changes()
        # A turn began, or an answer ended.
        await self.tell_quota()

    async def recheck(self) -> None:
        """Look every few seconds, whatever the doorbell says, and close when signed out."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            user = await in_thread(signed_in, self.user.pk, self._session_key)
            if user is None:
                await self._close(NOT_SIGNED_IN)
                return
            self.user = user
            await self.tell_changes()
            await self.tell_quota()

    async def tell_quota(self) -> None:
        """Tell how the person's limits stand, unless the page knows."""
        quota = await in_thread(quota_state, self.user)
        if quota != self._told_quota:
            self._told_quota = quota
            await self.say("quota.changed", quota=quota)

    async def tell_changes(self) -> None:
        """Tell what changed in the opened conversation since the page was last told."""
        if self._opened is None:
            return
        conversation_id, since = self._opened
        state = await in_thread(_changes, self.user, conversation_id, since)
        if state and self._opened == (conversation_id, since):
            self._opened = (conversation_id, state["conversation"]["version"])
            await self.say("conversation.changed", **state)


def _turn_state(turn: Turn, since: int) -> dict[str, Any]:
    turn.conversation.refresh_from_db()
    state = page_state.changes(turn.conversation, since)
    ids = [str(generation.pk) for generation in turn.generations]
    return {**state, "generation_id": ids[0], "generation_ids": ids}


def _changes(user: User, conversation_id: UUID, since: int) -> dict[str, Any] | None:
    try:
        conversation = access.conversation_for(user, conversation_id)
    except access.NotFound:
        return None
    return page_state.changes(conversation, since) if conversation.version > since else None


def _seq_of(state: dict[str, Any], generation_id: UUID) -> int:
    generations = [message["generation"] for message in state["messages"] if message["generation"]]
    return next((each["seq"] for each in generations if each["id"] == str(generation_id)), 0)
