"""Faults of the machine, each as one sentence: its disk, its files, its database server.

The rule: an error that an operator can mend, and no change of the code, is told as the thing that
failed, the owner or the state that it needs, and the setting that names it.
"""

import errno
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import OperationalError
from django.db.migrations.exceptions import InconsistentMigrationHistory, MigrationSchemaMissing

from chatsite.databases import SQLITE_BUSY_SECONDS
from chatsite.file_faults import exists, is_folder, obstacle
from chatsite.sqlite.base import BUSY
from chatsite.sqlite.same_file import NOT_IN_PLACE

_FILE_ERRORS = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO,
    errno.EISDIR, errno.ENOTDIR, errno.EFBIG,
}  # fmt: skip
_FOREIGN_TABLE = re.compile(r"^(table|index) \S+ already exists")
_NO_TABLE = re.compile(r"no such (table|column)|has no column")
# Of PostgreSQL: a table or a column that is missing, rights that are, and a table that is there.
_MISSING, _NO_RIGHT, _EXISTS = {"42P01", "42703"}, "42501", "42P07"
# Classes of PostgreSQL's errors that name the machine: connection, sign-in, names of database and
# schema, resources, operator, system; and a transaction that may only read.
_MACHINE = ("08", "28", "3D", "3F", "53", "57P", "58", "25006")


class Fault(NamedTuple):
    """A kind, the same for each repetition, and a sentence that says what to do."""

    kind: str
    text: str


def fault_of(error: BaseException | None) -> Fault | None:
    """The fault of the machine behind an exception; None for any other exception."""
    for each in _causes(error):
        if read := _DRIVERS.get(type(each).__module__.partition(".")[0]):
            return read(each)
        if isinstance(each, InconsistentMigrationHistory):
            return _foreign()
        if isinstance(each, OSError) and each.errno in _FILE_ERRORS and each.filename:
            return Fault(f"file {each.errno}", _file_text(each))
        if isinstance(each, OperationalError) and str(each) in _OWN:
            return _OWN[str(each)]()
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # The cause of a database error is the driver's own, which has the code.
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = _cause(error)
    return reversed(seen)


def _cause(error: BaseException) -> BaseException | None:
    # Of the first table of a new database, which is where rights are missing, Django says no cause.
    if isinstance(error, MigrationSchemaMissing):
        return error.__context__
    return error.__cause__


def _file_text(error: OSError) -> str:
    path = Path(str(error.filename))
    return obstacle(path) or f"{path} cannot be used: {error.strerror}."


def _of_sqlite(error: BaseException) -> Fault | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details of the kind
    match code:
        case sqlite3.SQLITE_ERROR:
            return _of_tables(str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return _locked()
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            text = (
                f"{_file()} is no intact SQLite database. Put a backup in its place, or move it "
                f"away for a new one to be made; {_setting()} says where it is."
            )
            return Fault("corrupt", text)
        case sqlite3.SQLITE_FULL:
            return Fault("full", f"The disk of {_file().parent} is full: free some space.")
        case (
            sqlite3.SQLITE_READONLY
            | sqlite3.SQLITE_CANTOPEN
            | sqlite3.SQLITE_PERM
            | sqlite3.SQLITE_IOERR
        ):
            return Fault(f"file {code}", f"{_file_obstacle(error)} {_setting()} says where it is.")
    return None


def _of_tables(text: str) -> Fault | None:
    if _NO_TABLE.search(text):
        return _not_migrated()
    return _foreign() if _FOREIGN_TABLE.search(text) else None


def _file_obstacle(error: BaseException) -> str:
    """The fault of the file, of the two beside it that SQLite needs, or of their folder."""
    file = _file()
    if not exists(file.parent):
        return f"The folder {file.parent} of the database does not exist. Make it."
    if is_folder(file):
        return f"{file} is a folder, and should be the file of the database."
    beside = [Path(f"{file}{ending}") for ending in ("-wal", "-shm", "-journal")]
    for each in (file.parent, file, *beside):
        if exists(each) and (found := obstacle(each)):
            return found
    return f"The database file {file} cannot be used: {error}."


def _file() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def _setting() -> str:
    return "DATA_DIR" if _file().parent == Path(settings.DATA_DIR) else "DATABASE_URL"


def _locked() -> Fault:
    text = (
        f"Another program has kept {_file()} locked for {SQLITE_BUSY_SECONDS} seconds: end it, "
        "such as a second site on the same DATA_DIR, or a backup that hangs."
    )
    return Fault("locked", text)


def _not_in_place() -> Fault:
    text = (
        f"{_file()} was removed or replaced while this process runs, which writes nothing to it "
        "any more. Put the same file back; or end the site, put a backup there, and start it."
    )
    return Fault("not in place", text)


def _not_migrated() -> Fault:
    text = (
        "The database has not all tables of this release. Run `manage.py migrate`, or start the "
        "site, which does it."
    )
    return Fault("not migrated", text)


def _foreign() -> Fault:
    text = (
        "The database has tables that no release of this site left like that: it is another "
        "program's, or was restored in part. Name an empty one with DATABASE_URL or DATA_DIR, or "
        "restore a whole backup."
    )
    return Fault("foreign", text)


def _of_postgres(error: BaseException) -> Fault | None:
    state: str = getattr(error, "sqlstate", None) or ""
    if state in _MISSING:
        return _not_migrated()
    if state == _EXISTS:
        return _foreign()
    if state and state != _NO_RIGHT and not state.startswith(_MACHINE):
        return None
    if not state and type(error).__name__ not in {"OperationalError", "PoolTimeout", "PoolClosed"}:
        return None
    return Fault(f"postgres {state}", postgres_text(str(error)))


def postgres_text(reason: str) -> str:
    """The sentence about a PostgreSQL server that cannot be used for this reason."""
    found: dict[str, Any] = settings.DATABASES["default"]
    place = f"{found['HOST'] or 'its socket'}{':' if found['PORT'] else ''}{found['PORT']}"
    # libpq: «connection to server at "db", port 5432 failed: FATAL:  sorry, too many clients».
    first = reason.strip().split("\n", 1)[0].split(" failed: ")[-1]
    why = first.removeprefix("FATAL:").strip().rstrip(".")
    return (
        f"PostgreSQL at {place} cannot be used as user “{found['USER']}” with database "
        f"“{found['NAME']}”: {why}. DATABASE_URL names them; the server has to run, "
        "and that user needs all rights in that database."
    )


# Errors of this site's own backend, which have no code of the driver.
_OWN = {BUSY: _locked, NOT_IN_PLACE: _not_in_place}

# By the package of the driver.
_DRIVERS: dict[str, Callable[[BaseException], Fault | None]] = {
    "sqlite3": _of_sqlite,
    "psycopg": _of_postgres,
    "psycopg_pool": _of_postgres,
}
