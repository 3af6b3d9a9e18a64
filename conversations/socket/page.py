"""The state of one open page: its conversation, the answers it follows, and what it was sent."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from conversations import access
from conversations.chat.state import turn_state
from conversations.chat.turns import Turn
from conversations.database.threads import in_thread
from conversations.generation.revocation import Visitor
from conversations.models import User
from conversations.socket import frames
from conversations.socket.follower import Follower, NotAcknowledged
from conversations.socket.looking import Seen
from conversations.socket.open_pages import turn_to_read
from conversations.socket.reading import (
    Update,
    last_known,
    read_update,
)
from conversations.socket.session import SessionUse

logger = logging.getLogger(__name__)

NOT_READING = 4408
NOT_SIGNED_IN = 4401
FAILED = 4500
# Whatever else may have changed is noticed after this time at most, such as a limit of a group.
READ_AGAIN_SECONDS = 60
# A transaction may take so long from its change to its commit, and clocks may differ.
OVERLAP = timedelta(seconds=20)
# A longer state keeps its turn until the page has read it.
LARGE_STATE_CHARACTERS = 64 * 1024
# Changes within this time are read and sent together.
BATCH_SECONDS = 0.05


class Page:
    """One open page of a user. It owns no generation: closing it stops none."""

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
        # A frame may build on the one before it: settings, then an answer with them.
        self.one_at_a_time = asyncio.Lock()
        self._actions: set[asyncio.Task[None]] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._has_left = False
        self.use = SessionUse(session_key)
        # A state of several MB is read only once the page has read the one before it.
        self.turn_to_read = turn_to_read(user.pk)
        # What is sent of answers is written down in the turn in which it is sent.
        self._turn_to_send = asyncio.Lock()
        self._changed: set[UUID] = set()
        self._wakeup = asyncio.Event()
        self._followers: dict[UUID, tuple[Follower, asyncio.Task[None]]] = {}
        self._opened: tuple[UUID, int] | None = None
        self._sent_quota: list[dict[str, Any]] | None = None
        self._sent_answering: list[str] | None = None
        # Of conversations that changed lately: those versions whose rows were sent.
        self._versions: dict[UUID, int] = {}
        self._mark: Hashable = None
        self._read_at = time.monotonic()

    def start_action(self, action: Coroutine[Any, Any, None]) -> None:
        """Run an action in the background.

        It survives a disconnect: a turn that was stored must also be started.
        """
        _start_task(self._actions, action)

    def run_while_open(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Run a task until the page closes. An error closes the socket; the page then connects
        again and asks for what it lacks."""
        return _start_task(self._background, self._run_or_close(work))

    async def _run_or_close(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except NotAcknowledged:
            await self._close(NOT_READING)
        except Exception:
            logger.exception("Changes could not be sent to a page.")
            await self.fail()

    async def fail(self) -> None:
        """Close the socket: the page connects again and asks for what it lacks."""
        await self._close(FAILED)

    def leave(self) -> None:
        """End the page's tasks and send nothing more."""
        self._has_left = True
        for task in self._background:
            task.cancel()

    async def send_frame(self, frame_type: str, **fields: Any) -> None:
        """Send a frame, unless the page has left."""
        if not self._has_left:
            await self._send(frames.write(frame_type, **fields))

    async def send_error(
        self,
        request_id: object,
        code: str,
        message: str,
        field: str | None = None,
        standing: dict[str, Any] | None = None,
    ) -> None:
        """Send an ``error`` frame; ``standing`` is the status of the limit that was exceeded."""
        known_id = None if request_id is None else str(request_id)
        why = {"code": code, "message": message, "field": field, "standing": standing}
        await self.send_frame("error", request_id=known_id, **why)

    async def send_turn(self, starting: Awaitable[Turn], request_id: UUID) -> None:
        """Send the state of a turn once it has started, and follow its answers.

        The page then shows the turn's conversation, unless it has opened another one meanwhile.
        """
        shown = self._shown
        turn = await starting
        if (since := self._since(turn)) == turn.since:
            text, cursors = self._started(turn, turn.state, shown, request_id)
        else:
            # The turn itself is small; what the page lacks from before it may not be.
            async with self.turn_to_read:
                state = await in_thread(turn_state, self.user, turn, since)
                text, cursors = self._started(turn, state, shown, request_id)
                del state
                text = await self._send_if_large(text)
        await self._send_text(text)
        for generation_id, after in cursors.items():
            if generation_id not in self._followers:
                self.follow(generation_id, after)

    def _started(
        self, turn: Turn, state: Mapping[str, Any], shown: UUID | None, request_id: UUID
    ) -> tuple[str, dict[UUID, int]]:
        """The frame, and the number of the last event of each answer that it includes."""
        if self._shown == shown:
            self._opened = (turn.conversation.pk, state["conversation"]["version"])
        cursors = {each.pk: last_known(state, each.pk) for each in turn.generations}
        return frames.write("turn.started", request_id=str(request_id), **state), cursors

    async def _send_if_large(self, text: str) -> str:
        """Send a text that is large, in the turn in which it was read; give what is to be sent."""
        if len(text) <= LARGE_STATE_CHARACTERS:
            return text
        await self._send_text(text)
        return ""

    async def _send_text(self, text: str) -> None:
        if text and not self._has_left:
            await self._send(text)

    @property
    def _shown(self) -> UUID | None:
        return self._opened[0] if self._opened else None

    def _since(self, turn: Turn) -> int:
        # Earlier changes that the page was not sent yet are sent with the turn.
        is_open = self._shown == turn.conversation.pk
        return min(turn.since, self._opened[1]) if self._opened and is_open else turn.since

    def follow(self, generation_id: UUID, after: int) -> None:
        """Send the events of a generation after that number, and those that follow."""
        if known := self._followers.pop(generation_id, None):
            known[1].cancel()
        if not self._has_left:
            follower = Follower(generation_id, self._send, self._turn_to_send)
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
        """Note that the page has read the generation's events up to that number."""
        if known := self._followers.get(generation_id):
            known[0].acknowledge(seq)

    async def open(self, conversation_id: UUID, version: int) -> None:
        """Send the changes of a conversation since that version, and those that follow."""
        await in_thread(access.conversation_for, self.user, conversation_id)
        self._opened = (conversation_id, version)
        self._wakeup.set()

    def mark_changed(self, conversation_id: UUID | None) -> None:
        """Have the changes of a conversation read and sent, or those of the one that is shown."""
        if conversation_id:
            self._changed.add(conversation_id)
        self._wakeup.set()

    async def send_updates(self) -> None:
        """Send an update after each notification, until the page leaves."""
        while True:
            await self._wakeup.wait()
            await asyncio.sleep(BATCH_SECONDS)
            self._wakeup.clear()
            await self.send_update()

    @property
    def visitor(self) -> Visitor:
        """The user of the page and its session."""
        return Visitor(self.user.pk, self._session_key)

    def heed(self, seen: Seen) -> None:
        """Take up what a look has found: changes whose notification was lost, or a sign-out, which
        closes the socket."""
        if self._has_left:
            return
        user = seen.users.get(self.visitor)
        if user is None:
            self.run_while_open(partial(self._close, NOT_SIGNED_IN))
            return
        self.user = user
        found = seen.versions.get(user.pk, {})
        changed = {each for each in found if self._versions.get(each) != found[each]}
        self._changed |= changed
        self._versions = found
        mark = seen.marks.get(user.pk)
        if changed or mark != self._mark or self._is_due:
            self._mark = mark
            self._wakeup.set()

    @property
    def _is_due(self) -> bool:
        return time.monotonic() - self._read_at > READ_AGAIN_SECONDS

    async def send_update(self) -> None:
        """Send what changed since the last update."""
        self._read_at = time.monotonic()
        changed, self._changed = self._changed, set()
        opened = self._opened
        async with self.turn_to_read:
            update = await in_thread(read_update, self.user, changed, opened)
            text = await self._send_if_large(self._changes_to_send(update, opened))
            update = update._replace(opened=None)
        await self._send_text(text)
        self._versions |= update.versions
        for conversation in update.listed:
            await self.send_frame("conversation.listed", conversation=conversation)
        for conversation_id in update.deleted:
            await self.send_frame("conversation.deleted", conversation_id=str(conversation_id))
        if update.quota != self._sent_quota:
            self._sent_quota = update.quota
            await self.send_frame("quota.changed", quota=update.quota)
        if update.answering != self._sent_answering:
            self._sent_answering = ids = update.answering
            await self.send_frame("conversations.answering", conversation_ids=ids)

    def _changes_to_send(self, update: Update, opened: tuple[UUID, int] | None) -> str:
        if update.opened is None or opened is None or self._opened != opened:
            return ""
        self._opened = (opened[0], update.opened.version)
        return update.opened.text


def _start_task(
    tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]
) -> asyncio.Task[None]:  # fmt: skip
    # A task without a reference may be garbage-collected while it runs.
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
