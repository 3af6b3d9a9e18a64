"""SQLite, with the writers of one process in line.

SQLite lets one connection write at a time, and the others ask again after up to 100 ms, whoever
comes at the right moment first: measured with 16 people who send and stop, the end of an answer
waited 350 ms for a lock that was free nine tenths of the time. Here the threads of a process
queue for a lock of their own first, which wakes the next at once. Other processes still wait in
SQLite's own way.

A connection whose ``has_priority`` is set passes the others in the line: the one commit that all
running answers wait for must not stand behind twenty messages that are being sent.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Line:
    """Who waits to write to one file: whoever goes first, then the others, each in their order.

    Whoever leaves hands the file to the next: a thread that comes at the right moment cannot
    pass those that have waited for longer.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_taken = False
        self._going_first: deque[Event] = deque()
        self._others: deque[Event] = deque()

    def enter(self, *, has_priority: bool, seconds: float) -> bool:
        """Wait for one's turn; False when it did not come in time."""
        queue = self._going_first if has_priority else self._others
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            turn = Event()
            queue.append(turn)
        return turn.wait(seconds) or self._has_come(turn, queue)

    def _has_come(self, turn: Event, queue: deque[Event]) -> bool:
        # The turn may come in the moment in which waiting ends.
        with self._lock:
            if not turn.is_set():
                queue.remove(turn)
            return turn.is_set()

    def leave(self) -> None:
        """Let the next one write."""
        with self._lock:
            queue = self._going_first or self._others
            if queue:
                queue.popleft().set()
            else:
                self._is_taken = False


_lines: defaultdict[str, Line] = defaultdict(Line)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that queues before it begins a transaction or writes without one."""

    has_priority = False
    _is_first = False

    def create_cursor(self, name: str | None = None) -> "Cursor":
        """A cursor that knows whether its connection is first in line."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    @contextmanager
    def write_turn(self) -> Iterator[None]:
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
        seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not self._line.enter(has_priority=self.has_priority, seconds=seconds):
            raise OperationalError("database is locked")
        self._is_first = True

    def _leave(self) -> None:
        if self._is_first:
            self._is_first = False
            self._line.leave()

    @property
    def _line(self) -> Line:
        return _lines[str(self.settings_dict["NAME"])]


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose writing statements wait in line."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """Run a statement."""
        if not query.lstrip().startswith(_WRITES):
            return super().execute(query, params)
        with self.wrapper.write_turn():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run a statement for each of the parameters."""
        with self.wrapper.write_turn():
            return super().executemany(query, param_list)
