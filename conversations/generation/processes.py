"""The processes that serve the site: this one's row and lock, and those that have died.

Each generation is owned by the process that runs it. Whoever can take the lock of a process may
end what it left, because no process lives without its lock; one that lost it and wakes up finds
its generations ended, and changes nothing.
"""

import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from chatsite import metrics
from chatsite.databases import POSTGRES_WAIT_SECONDS
from conversations.database.process_locks import OWN_NAME, Taken, process_locks
from conversations.models import Process

logger = logging.getLogger(__name__)

# The id of this process, and the owner of the generations that it creates.
OWN_ID = uuid4()
OWNER = str(OWN_ID)


# The roles that one process of the site has at a time.
MIGRATING = UUID(int=1 << 64)
LOCAL_MODEL = UUID(int=2 << 64)
TURN_SECONDS = 0.1
# After a restart of the database each process takes its lock again within a second; one that waits
# in the pool for a connection, when that has been waited for.
LATEST_RETURN = timedelta(seconds=POSTGRES_WAIT_SECONDS + 5)
# A lock that was confirmed within this time counts as held; it is confirmed every second.
RENEWED_SECONDS = 5


class Membership:
    """This process as one of those that serve the site, from its start to its end."""

    def __init__(self) -> None:
        self._locks = process_locks()
        self._renewed_at = -math.inf
        # The other processes that lived when this one last looked.
        self.others = 0
        metrics.LOCK_HELD.read_from(self._holds_lock)
        metrics.PROCESSES.read_from(lambda: 1 + self.others)

    def _holds_lock(self) -> float:
        return float(time.monotonic() - self._renewed_at < RENEWED_SECONDS)

    @property
    def is_alone(self) -> bool:
        """True if no other process can serve this database."""
        return self._locks.is_exclusive

    def take(self) -> bool:
        """Take the lock of this process, or have it already.

        Raises :class:`~conversations.database.process_locks.Taken` if there may be only one
        process and it is another.
        """
        return self._locks.take(OWN_ID)

    def renew(self) -> None:
        """Say that this process lives, and take its lock again if its connection broke."""
        if not self.take():
            # Another process took this one for dead, and is ending what it left.
            metrics.LOCKS_LOST.inc()
            logger.warning("The lock of this process is taken; trying again.")
            return
        seen = {"name": OWN_NAME, "seen_at": timezone.now()}
        Process.objects.update_or_create(pk=OWN_ID, defaults=seen)
        self._renewed_at = time.monotonic()

    def dead(self) -> Iterator[UUID]:
        """Each process that has died, locked while it is looked at; it is forgotten after that."""
        others = dict(Process.objects.exclude(pk=OWN_ID).values_list("pk", "seen_at"))
        self.others = len(others)
        for process, seen_at in others.items():
            if self._is_judged_by_lock(seen_at) and self._locks.take(process):
                # Another process may just have ended what it left, and forgotten it.
                if Process.objects.filter(pk=process).exists():
                    yield process
                Process.objects.filter(pk=process).delete()
                self.others -= 1
                self._locks.free(process)

    def _is_judged_by_lock(self, seen_at: datetime) -> bool:
        """False while a process that lives may still lack its lock, after all locks have failed."""
        back_at = self._locks.back_at()
        # On both sides: a clock may have been set back.
        return seen_at > back_at or abs(timezone.now() - back_at) > LATEST_RETURN

    def takes(self, role: UUID) -> bool:
        """Take a role that one process of the site has at a time; False if another has it."""
        return self._locks.take(role)

    @contextmanager
    def in_turn(self, role: UUID) -> Iterator[None]:
        """Wait for a role, and have it for the block."""
        while not self._locks.take(role):
            time.sleep(TURN_SECONDS)
        try:
            yield
        finally:
            self._locks.free(role)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every process from serving the site for the block.

        Raises :class:`~conversations.database.process_locks.Taken` while one does. Those that start
        meanwhile wait.
        """
        try:
            with self.in_turn(MIGRATING):
                if others := self._locks.others():
                    raise Taken(", ".join(others))
                yield
        finally:
            self._locks.close()

    def leave(self) -> None:
        """Give up the lock and the row of a process that runs nothing any more."""
        Process.objects.filter(pk=OWN_ID).delete()
        self._locks.close()
