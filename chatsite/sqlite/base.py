"""SQLite, with the writers of one process in line.

SQLite lets one connection write at a time, and the others ask again after up to 100 ms, whoever
comes at the right moment first: measured with 16 people who send and stop, the end of an answer
waited 350 ms for a lock that was free nine tenths of the time. Here the threads of a process
queue for a lock of their own first, which wakes the next at once. Other processes still wait in
SQLite's own way.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_lines: defaultdict[str, Lock] = defaultdict(Lock)
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that queues before it begins a transaction or writes without one."""

    _is_first = False

    def create_cursor(self, name: str | None = None) -> "Cursor":
        """A cursor that knows whether its connection is first in line."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    @contextmanager
    def first_in_line(self) -> Iterator[None]:
        """Be the one thread of this process that writes, for a statement without transaction."""
        if self._is_first or self.in_atomic_block:
            yield
            return
        self._queue()
        try:
            yield
        finally:
            self._leave()

    def _start_transaction_under_autocommit(self) -> None:
        # Django calls this at the beginning of every outermost `atomic`.
        self._queue()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _set_autocommit(self, autocommit: bool) -> None:
        # And this at its end, after the commit or the rollback ...
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            self._leave()

    def _close(self) -> None:
        # ... unless the connection broke, and is closed.
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _queue(self) -> None:
        timeout = self.settings_dict["OPTIONS"].get("timeout", -1)
        if not self._line.acquire(timeout=timeout):
            raise OperationalError("database is locked")
        self._is_first = True

    def _leave(self) -> None:
        if self._is_first:
            self._is_first = False
            self._line.release()

    @property
    def _line(self) -> Lock:
        return _lines[str(self.settings_dict["NAME"])]


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose writing statements wait in line."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """Run a statement."""
        if not query.startswith(_WRITES):
            return super().execute(query, params)
        with self.wrapper.first_in_line():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run a statement for each of the parameters."""
        with self.wrapper.first_in_line():
            return super().executemany(query, param_list)
