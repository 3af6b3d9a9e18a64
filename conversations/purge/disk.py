"""Clears SQLite's files of what was removed from the tables.

Every connection has ``PRAGMA secure_delete=ON``, so removed rows are overwritten in their pages;
the log of writes beside the database still has the pages of before until it is emptied. A row that
SQLite moved to another page as its neighbours grew has left a copy, which it does not overwrite:
that goes when the whole file is written anew. PostgreSQL overwrites removed rows by its own vacuum.
"""

import logging
import threading
from pathlib import Path

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)

# While a checkpoint waits for a reader, nobody can write.
_WAIT_MS = 50
# Nobody can write while the file is written anew, which takes about a second for each 100 MB.
LARGEST_BYTES = 1_000_000_000
# Set while nothing was removed since the file was last written anew by this process. A process that
# begins does not know what the one before it left.
_is_clear = threading.Event()


def note_removed() -> None:
    """Note that copies of something removed may be left in the file."""
    _is_clear.clear()


def has_leftovers() -> bool:
    """True if the file is to be written anew, and is not so large that it is left to operators."""
    if connection.vendor != "sqlite" or _is_clear.is_set():
        return False
    return Path(connection.settings_dict["NAME"]).stat().st_size <= LARGEST_BYTES


def clear_files() -> bool:
    """Write the database anew and empty the log of writes; False if that is to be tried again."""
    if connection.vendor != "sqlite":
        return True
    _is_clear.set()
    if _write_anew() and empty_write_log():
        return True
    _is_clear.clear()
    return False


def empty_write_log() -> bool:
    """Move the log of writes into the database and cut it to nothing.

    Returns False where a reader or a transaction is in the way; the next purge tries again.
    """
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        try:
            with connection.write_turn():  # type: ignore[attr-defined]
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_busy, _pages, _moved = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return not is_busy


def _write_anew() -> bool:
    if connection.in_atomic_block:
        return False
    try:
        with connection.cursor() as cursor, connection.write_turn():  # type: ignore[attr-defined]
            cursor.execute("VACUUM")
    except OperationalError as error:
        # It takes as much of the disk again, for the time.
        logger.warning("The database could not be written anew after a purge: %s", error)
        return False
    return True
