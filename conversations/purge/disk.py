"""Clears SQLite's files of what was removed from the tables.

Every connection has ``PRAGMA secure_delete=ON``, so removed rows are overwritten in their pages;
the log of writes beside the database still has the pages of before until it is emptied.
PostgreSQL overwrites removed rows by its own vacuum.
"""

from django.db import connection

# While a checkpoint waits for a reader, nobody can write.
_WAIT_MS = 50


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
