"""The regular work of a process besides its answers: it says that it lives, and clears away."""

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from conversations import throttle
from conversations.database.threads import in_thread
from conversations.generation import log, recovery
from conversations.generation.processes import Membership
from conversations.models import IdempotencyClaim
from conversations.purge.disk import clear_files, has_leftovers, note_removed
from conversations.purge.step import Purged, purge, record

# A generation starts much sooner than this after the commit that created it.
YOUNGEST = timedelta(minutes=1)
# The delay after which another process ends what a dead one left.
TAKE_OVER_SECONDS = 1
CLEAN_UP_SECONDS = 60
PURGE_SECONDS = 3600
LOOK_SECONDS = 1
# A page that was disconnected for longer reads the message instead of the log.
KEEP_EVENTS = timedelta(minutes=10)


class Tidying:
    """The loops of one process; ``running`` gives the generations that it runs."""

    def __init__(self, running: Callable[[], Collection[UUID]]) -> None:
        self._running = running
        self._membership: Membership | None = None

    def join(self, membership: Membership) -> None:
        """Look after what the other processes of the site leave, too."""
        self._membership = membership

    @property
    def has_others(self) -> bool:
        """True if other processes serve the site."""
        return bool(self._membership and self._membership.others)

    async def leave(self) -> None:
        """Give up the lock of a process that runs nothing any more."""
        if self._membership:
            await in_thread(self._membership.leave)

    async def take_over(self) -> None:
        """Renew the lock of this process, and end what dead ones left."""
        while True:
            if membership := self._membership:
                await in_thread(membership.renew)
                await in_thread(recovery.take_over, membership)
            await asyncio.sleep(TAKE_OVER_SECONDS)

    async def clean_up(self) -> None:
        """Remove what is needed for minutes only."""
        while True:
            await asyncio.sleep(CLEAN_UP_SECONDS)
            await in_thread(recovery.end_not_begun, list(self._running()), YOUNGEST)
            while await in_thread(log.prune, timezone.now() - KEEP_EVENTS):
                pass
            await in_thread(IdempotencyClaim.objects.expired().delete)
            while await in_thread(throttle.forget_ended, timezone.now()):
                pass

    async def purge(self) -> None:
        """Remove what was deleted, and what the site keeps for a time only."""
        while True:
            await asyncio.sleep(PURGE_SECONDS)
            await purge_all()
            if await in_thread(has_leftovers):
                await self._no_answers()
                await in_thread(clear_files)

    async def _no_answers(self) -> None:
        """Wait for a moment in which no answer has to wait, an hour at most."""
        for _ in range(int(PURGE_SECONDS / LOOK_SECONDS)):
            if not self._running():
                return
            await asyncio.sleep(LOOK_SECONDS)


async def purge_all() -> None:
    """Purge until nothing is left."""
    purged = Purged()
    while any(some := await in_thread(purge, timezone.now())):
        purged = purged.plus(some)
    await in_thread(record, purged)
    if any(purged):
        note_removed()
