"""Locks that end with the process that holds them, however it ends.

PostgreSQL's advisory locks belong to a session, and its server frees them when the connection of
the session breaks. Beside SQLite it is a locked file, which the operating system frees: one process
at a time serves a database, and each other one that is known is dead.
"""

import fcntl
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.db import connection
from django.utils import timezone

# By it operators find this process, and its lock among the connections of the database.
OWN_NAME = f"process {os.getpid()} on {os.uname().nodename}"
_SIGNED_64 = 1 << 63
_NEVER = datetime.min.replace(tzinfo=UTC)
# A machine that lost its power closes no connection: the server asks for a sign of life after ten
# seconds of silence, and frees the locks after ten more.
_OWN_KEEPALIVE = {"connect_timeout": 5, "keepalives_idle": 5, "tcp_user_timeout": 10_000}
_OTHERS = """
    SELECT DISTINCT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND datname = current_database() AND application_name <> %s
"""
_SERVER_KEEPALIVE = """
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2
"""


class Taken(Exception):
    """Another process serves this database; its text says which."""


class ProcessLocks(Protocol):
    """The locks that this process holds, each named by the id of a process.

    If ``is_exclusive``, only one process at a time can hold any.
    """

    is_exclusive: bool

    def take(self, process: UUID) -> bool:
        """Take a lock, or have it already; False while another process holds it."""

    def free(self, process: UUID) -> None:
        """Give a lock back."""

    def others(self) -> list[str]:
        """The other processes that hold locks of this database, by their names."""

    def back_at(self) -> datetime:
        """The moment of the last failure of all locks: a living process may not have its own again
        until somewhat later."""

    def close(self) -> None:
        """Give all locks back."""


class PostgresLocks:
    """Advisory locks of one connection, which does nothing else.

    Every call raises OperationalError when the connection has broken; all locks are free then, and
    the next call makes a new connection.
    """

    is_exclusive = False

    def __init__(self) -> None:
        self._session: Any = None
        self._held: set[UUID] = set()
        self._broke_at = _NEVER
        # Several threads ask, and a lock is of the connection that it was taken on.
        self._turn = threading.RLock()

    def take(self, process: UUID) -> bool:
        """Take a lock, or have it already; False while another process holds it."""
        with self._turn:
            if process in self._held:
                self._ask("SELECT true")
            elif self._ask("SELECT pg_try_advisory_lock(%s)", _number(process)):
                self._held.add(process)
            return process in self._held

    def free(self, process: UUID) -> None:
        """Give a lock back."""
        with self._turn:
            if process in self._held:
                self._ask("SELECT pg_advisory_unlock(%s)", _number(process))
                self._held.discard(process)

    def back_at(self) -> datetime:
        """The last start of the server, or the last break of this connection."""
        started_at: datetime = self._answer("SELECT pg_postmaster_start_time()")
        return max(started_at, self._broke_at)

    def others(self) -> list[str]:
        """The other processes that hold locks of this database, by their names."""
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS, [f"lock of {OWN_NAME}"])
            return [name.removeprefix("lock of ") for (name,) in cursor.fetchall()]

    def close(self) -> None:
        """Give all locks back."""
        with self._turn:
            self._held.clear()
            if self._session is not None:
                self._session.close()
                self._session = None

    def _ask(self, statement: str, *values: int) -> bool:
        return bool(self._answer(statement, *values))

    def _answer(self, statement: str, *values: int) -> Any:
        wrapper: Any = connection
        with self._turn, wrapper.wrap_database_errors:
            try:
                if self._session is None:
                    self._session = _connected(wrapper)
                return self._session.execute(statement, values).fetchone()[0]
            except wrapper.Database.Error:
                self.close()
                self._broke_at = timezone.now()
                raise


class FileLock:
    """The one lock of a file beside the database, which names the process that holds it."""

    is_exclusive = True

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.serving")
        self._file: Any = None

    def take(self, _process: UUID) -> bool:
        """Take the file. Raises `Taken` while another process holds it."""
        if self._file is None:
            self._file = self._locked()
        return True

    def free(self, _process: UUID) -> None:
        """Keep the file: it is held for as long as the process serves."""

    def back_at(self) -> datetime:
        """Never: a lock of the operating system does not fail."""
        return _NEVER

    def others(self) -> list[str]:
        """None: there is no lock beside the one that this process has."""
        return []

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            # On a full disk the name is still to be written.
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _locked(self) -> Any:
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise Taken(holder) from None
        # On a full disk it has no name, and is a lock all the same.
        with suppress(OSError):
            file.truncate(0)
            file.write(OWN_NAME)
            file.flush()
        return file


def process_locks() -> ProcessLocks:
    """The locks of the site's database."""
    if connection.vendor == "postgresql":
        return PostgresLocks()
    return FileLock(Path(connection.settings_dict["NAME"]))


def _connected(wrapper: Any) -> Any:
    named = {"application_name": f"lock of {OWN_NAME}"}
    parameters = {**_OWN_KEEPALIVE, **wrapper.get_connection_params(), **named}
    session = wrapper.Database.connect(**parameters)
    session.autocommit = True
    session.execute(_SERVER_KEEPALIVE)
    return session


def _number(process: UUID) -> int:
    """The name of a lock: the first 64 bits of the id, signed as PostgreSQL takes them."""
    number = process.int >> 64
    return number - 2 * _SIGNED_64 if number >= _SIGNED_64 else number
