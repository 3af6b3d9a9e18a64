"""Copies a SQLite database while it is used, and puts a copy in its place."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection

from conversations.management.backups.archive import Archive
from conversations.management.backups.contents import Contents, Table, difference

# A site that writes waits for none of it: the copy reads the state of one moment.
_PAGES_AT_ONCE = 1000


def copy_to(file: Any, place: Path) -> Contents:
    """Write a copy of the database; return the contents of its moment. ``place`` is for files."""
    copy = place / "database"
    tables = _copied(_database(), copy)
    with copy.open("rb") as written:
        shutil.copyfileobj(written, file)
    return tables


def replace(archive: Archive) -> None:
    """Put the copy in the place of the database, after all of it was checked."""
    database = _database()
    copy = database.with_name(f"{database.name}.restoring")
    try:
        with copy.open("wb") as file:
            file.writelines(archive.pieces())
        _check(copy, archive.manifest.tables)
        if database.exists():
            shutil.copymode(database, copy)
        _end_log(database)
        copy.replace(database)
    except OSError as error:
        raise CommandError(
            f"{copy} cannot be written: {error.strerror or error}. Nothing was restored."
        ) from error
    finally:
        for each in (copy, *_beside(copy)):
            each.unlink(missing_ok=True)


def is_empty() -> bool:
    """True if there is no table in the database."""
    database = _database()
    if not database.exists():
        return True
    with _opened(database) as existing:
        return _names(existing) == []


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _copied(database: Path, copy: Path) -> Contents:
    with _opened(database) as origin:
        # The first read begins a snapshot, which the copy is made of, too.
        origin.execute("BEGIN")
        tables = _contents(origin)
        with closing(sqlite3.connect(copy)) as target:
            origin.backup(target, pages=_PAGES_AT_ONCE)
    _check(copy, tables)
    return tables


def _check(copy: Path, wanted: Contents) -> None:
    """Raise if the copy is damaged or has other contents."""
    with _opened(copy) as database:
        (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if found.decode() != "ok":
            raise CommandError(f"The copy of the database is damaged ({found.decode()}).")
        if wrong := difference(wanted, _contents(database)):
            raise CommandError(f"The copy of the database differs from it: {wrong}.")


def _contents(database: sqlite3.Connection) -> Contents:
    return {name: _table(database, name) for name in _names(database)}


def _names(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [name.decode() for (name,) in found]


def _table(database: sqlite3.Connection, name: str) -> Table:
    columns = database.execute(f'PRAGMA table_info("{name}")').fetchall()
    key = ", ".join(f'"{each[1].decode()}"' for each in columns if each[5]) or "rowid"
    rows, read = 0, hashlib.sha256()
    statement = f'SELECT * FROM "{name}" ORDER BY {key}'  # noqa: S608 - names of the schema
    for row in database.execute(statement):
        rows += 1
        read.update(repr(row).encode())
    return Table(rows, read.hexdigest())


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection without any of the site's own rules. Errors of SQLite become a sentence."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            # Texts are compared as they are stored, also those that are no UTF-8.
            database.text_factory = bytes
            yield database
    except sqlite3.Error as error:
        raise CommandError(f"{path} cannot be used: {error}.") from error


def _end_log(database: Path) -> None:
    """Move the log of writes into the old database and remove it: the new one would take it for its
    own. A power cut right after this leaves the old database whole."""
    if database.exists():
        # One that is damaged, or no database, has nothing to move.
        with closing(sqlite3.connect(database)) as old, suppress(sqlite3.Error):
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for each in _beside(database):
        each.unlink(missing_ok=True)


def _beside(database: Path) -> list[Path]:
    return [database.with_name(database.name + ending) for ending in ("-wal", "-shm", "-journal")]
