"""A page that is open on a socket: what it follows, and what it has been told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from conversations import access
from conversations.chat import state as states
from conversations.chat.turns import Turn
from conversations.database.threads import in_thread
from conversations.generation.revocation import signed_in
from conversations.models import Conversation, User
from conversations.quotas.state import quota_state
from conversations.socket import frames
from conversations.socket.follower import Follower, NotAcknowledged

logger = logging.getLogger(__name__)

NOT_READING = 4408
NOT_SIGNED_IN = 4401
FAILED = 4500
# A lost wake-up, or a right that was taken away, is noticed at most so late.
RECHECK_SECONDS = 3
# What is new within so short a time is asked for and told together.
BATCH_SECONDS = 0.05


class Update(NamedTuple):
    """What a page has not been told yet, or may not have been: conversations of the list, those
    that are gone, what changed in the one that is open, and how the limits stand."""

    listed: list[dict[str, Any]]
    deleted: list[UUID]
    opened: dict[str, Any] | None
    quota: list[dict[str, Any]]


class Page:
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
        # What a page asks for builds on what it asked for before: settings, then an answer with
        # them; one branch, then another.
        self.one_at_a_time = asyncio.Lock()
        self._actions: set[asyncio.Task[None]] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._is_left = False
        self._changed: set[UUID] = set()
        self._wakeup = asyncio.Event()
        self._followers: dict[UUID, tuple[Follower, asyncio.Task[None]]] = {}
        self._opened: tuple[UUID, int] | None = None
        self._sent_quota: list[dict[str, Any]] | None = None

    def start_action(self, action: Coroutine[Any, Any, None]) -> None:
        """Carry out what the page asked for, without waiting for it.

        Leaving does not end it: a turn that is written down must also be begun.
        """
        _start_task(self._actions, action)

    def run_while_open(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Do something for as long as the page is open. What fails closes the page, which comes
        back and asks for what it lacks."""
        return _start_task(self._background, self._run_or_close(work))

    async def _run_or_close(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except NotAcknowledged:
            await self._close(NOT_READING)
        except Exception:
            logger.exception("A page cannot be told what is new.")
            await self._close(FAILED)

    def leave(self) -> None:
        """Tell this page nothing more."""
        self._is_left = True
        for task in self._background:
            task.cancel()

    async def send_frame(self, frame_type: str, **fields: Any) -> None:
        """Send a frame, if the page is still there."""
        if not self._is_left:
            await self._send(frames.write(frame_type, **fields))

    async def send_error(
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
        await self.send_frame("error", request_id=known_id, **why)

    async def send_turn(self, beginning: Awaitable[Turn], request_id: UUID) -> None:
        """Tell all that comes with a turn that begins, and follow its answer.

        Its conversation is what the page shows from now on, unless it has moved on meanwhile.
        """
        shown = self._shown
        turn = await beginning
        state = await in_thread(_turn_state, self.user, turn, self._since(turn))
        if self._shown == shown:
            self._opened = (turn.conversation.pk, state["conversation"]["version"])
        await self.send_frame("turn.started", request_id=str(request_id), **state)
        for generation in turn.generations:
            if generation.pk not in self._followers:
                self.follow(generation.pk, _seq_of(state, generation.pk))

    @property
    def _shown(self) -> UUID | None:
        return self._opened[0] if self._opened else None

    def _since(self, turn: Turn) -> int:
        # What changed before the turn, and the page was not told yet, comes along with it.
        is_open = self._shown == turn.conversation.pk
        return min(turn.since, self._opened[1]) if self._opened and is_open else turn.since

    def follow(self, generation_id: UUID, after: int) -> None:
        """Send the events of a generation after that number, from now on."""
        if known := self._followers.pop(generation_id, None):
            known[1].cancel()
        if not self._is_left:
            follower = Follower(generation_id, self._send)
            task = self.run_while_open(partial(self._followed, generation_id, follower, after))
            self._followers[generation_id] = (follower, task)

    async def _followed(self, generation_id: UUID, follower: Follower, after: int) -> None:
        try:
            await follower.follow(after)
            self._wakeup.set()
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
        self._wakeup.set()

    def mark_changed(self, conversation_id: UUID) -> None:
        """Something is new in one of the person's conversations."""
        self._changed.add(conversation_id)
        self._wakeup.set()

    async def send_updates(self) -> None:
        """Tell what is new whenever there may be something."""
        while True:
            await self._wakeup.wait()
            await asyncio.sleep(BATCH_SECONDS)
            self._wakeup.clear()
            await self.send_update()

    async def recheck(self) -> None:
        """Look every few seconds, notified or not, and close the socket when signed out."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            user = await in_thread(signed_in, self.user.pk, self._session_key)
            if user is None:
                await self._close(NOT_SIGNED_IN)
                return
            self.user = user
            self._wakeup.set()

    async def send_update(self) -> None:
        """Tell what the page does not know of what it shows."""
        changed, self._changed = self._changed, set()
        opened = self._opened
        update = await in_thread(_read_update, self.user, changed, opened)
        for conversation in update.listed:
            await self.send_frame("conversation.listed", conversation=conversation)
        for conversation_id in update.deleted:
            await self.send_frame("conversation.deleted", conversation_id=str(conversation_id))
        if opened and update.opened and self._opened == opened:
            self._opened = (opened[0], update.opened["conversation"]["version"])
            await self.send_frame("conversation.changed", **update.opened)
        if update.quota != self._sent_quota:
            self._sent_quota = update.quota
            await self.send_frame("quota.changed", quota=update.quota)


def _start_task(
    tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]
) -> asyncio.Task[None]:  # fmt: skip
    # A task that nobody refers to may be collected while it runs.
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def _turn_state(user: User, turn: Turn, since: int) -> dict[str, Any]:
    # It was read before its row was locked, or found again: it may have gone on since.
    conversation = access.conversation_for(user, turn.conversation.pk)
    state = states.changes(conversation, since)
    ids = [str(generation.pk) for generation in turn.generations]
    return {**state, "generation_id": ids[0], "generation_ids": ids}


def _read_update(user: User, changed: set[UUID], opened: tuple[UUID, int] | None) -> Update:
    wanted = changed | {opened[0]} if opened else changed
    found = {each.pk: each for each in access.conversations_for(user, wanted)}
    return Update(
        listed=[states.listed_state(found[each]) for each in changed if each in found],
        deleted=[each for each in changed if each not in found],
        opened=_changes_since(found.get(opened[0]), opened[1]) if opened else None,
        quota=quota_state(user),
    )


def _changes_since(conversation: Conversation | None, since: int) -> dict[str, Any] | None:
    if conversation is None or conversation.version <= since:
        return None
    return states.changes(conversation, since)


def _seq_of(state: dict[str, Any], generation_id: UUID) -> int:
    generations = [message["generation"] for message in state["messages"] if message["generation"]]
    return next((each["seq"] for each in generations if each["id"] == str(generation_id)), 0)
