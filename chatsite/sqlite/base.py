"""SQLite with a queue of the writers of one process.

SQLite lets one connection write at a time; the others retry after up to 100 ms, in no order:
measured with 16 users who send and stop, the end of an answer waited 350 ms for a lock that was
free nine tenths of the time. Here the threads of a process first queue for a lock of their own,
which wakes the next one at once. Other processes still wait in SQLite's own way.

A connection whose ``has_priority`` is set goes in front of the others: the one commit that all
running answers wait for must not wait for twenty messages that are being sent.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Event, Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from chatsite.sqlite import same_file

BUSY = "database is locked"  # as SQLite says it
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class WriteQueue:
    """The threads that wait to write to one file: those with priority, then the others, in order.

    A thread that leaves hands the file to the next one, so that a thread that arrives at the right
    moment cannot overtake those that have waited for longer.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_taken = False
        self._with_priority: deque[Event] = deque()
        self._others: deque[Event] = deque()

    def enter(self, *, has_priority: bool, seconds: float) -> bool:
        """Wait for the turn to write; False if it did not come in time."""
        queue = self._with_priority if has_priority else self._others
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            turn = Event()
            queue.append(turn)
        return turn.wait(seconds) or self._has_come(turn, queue)

    def _has_come(self, turn: Event, queue: deque[Event]) -> bool:
        # The turn may come at the moment when the wait ends.
        with self._lock:
            if not turn.is_set():
                queue.remove(turn)
            return turn.is_set()

    def leave(self) -> None:
        """Let the next thread write."""
        with self._lock:
            queue = self._with_priority or self._others
            if queue:
                queue.popleft().set()
            else:
                self._is_taken = False


_queues: defaultdict[str, WriteQueue] = defaultdict(WriteQueue)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that queues before a transaction, and before a write without one."""

    has_priority = False
    _may_write = False

    def get_new_connection(self, conn_params: Any) -> Any:
        """A connection to the file of the first one; SQLite would make a new file for it."""
        path = Path(self.settings_dict["NAME"])
        same_file.check(path)
        if not self.is_in_memory_db():
            same_file.make_private(path)
        opened = super().get_new_connection(conn_params)
        same_file.remember(path)
        return opened

    def create_cursor(self, name: str | None = None) -> "Cursor":
        """A cursor that knows its connection."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    @contextmanager
    def write_turn(self) -> Iterator[None]:
        """Wait until this thread may write, for a statement without a transaction."""
        if self._may_write or self.in_atomic_block:
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
        # And this at the end, after the commit or the rollback ...
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
        same_file.check(Path(self.settings_dict["NAME"]))
        seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not self._write_queue.enter(has_priority=self.has_priority, seconds=seconds):
            raise OperationalError(BUSY)
        self._may_write = True

    def _leave(self) -> None:
        if self._may_write:
            self._may_write = False
            self._write_queue.leave()

    @property
    def _write_queue(self) -> WriteQueue:
        return _queues[str(self.settings_dict["NAME"])]


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose writing statements queue."""

    wrapper: DatabaseWrapper

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """The statement as SQLite's own module takes it."""
        return _converted(query, None if param_names is None else tuple(param_names))

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


# A turn runs fifty statements, always the same.
@lru_cache(maxsize=1024)
def _converted(query: str, param_names: tuple[str, ...] | None) -> str:
    # It needs nothing of a cursor.
    convert: Any = base.SQLiteCursorWrapper.convert_query
    return str(convert(None, query, param_names=param_names))
