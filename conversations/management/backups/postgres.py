"""Copies a PostgreSQL database while it is used, and puts a copy in its place.

By PostgreSQL's own programs, which read the snapshot of one transaction and write in one.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from conversations.management.backups.archive import Archive
from conversations.management.backups.contents import Contents, Table, difference

# No order is needed for a sum of hashes, so that no table is sorted.
_TABLE = """
    SELECT count(*), coalesce(sum(('x' || left(md5(whole_row::text), 16))::bit(64)::bigint), 0)
    FROM {} AS whole_row
"""
# The roles of the machine where a copy is restored may be others.
_UNOWNED = ("--no-owner", "--no-privileges")
_PIECE = 1024 * 1024


def copy_to(file: Any, _place: Path) -> Contents:
    """Write a copy of the database; return the contents of its moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # It is idle for as long as the copy takes, and locks nothing that others write.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _dump(file, snapshot)
        return _contents(cursor)


def replace(archive: Archive) -> None:
    """Put the copy in the place of all tables, in one transaction, and check it."""
    archive.check()
    with connection.cursor() as cursor:
        old = connection.introspection.table_names(cursor)
    _restore(archive.pieces(), old)
    with connection.cursor() as cursor:
        if wrong := difference(archive.manifest.tables, _contents(cursor)):
            raise CommandError(f"What was restored differs from the backup: {wrong}.")


def is_empty() -> bool:
    """True if there is no table in the database."""
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor) == []


def _contents(cursor: Any) -> Contents:
    names = connection.introspection.table_names(cursor)
    return {name: _table(cursor, name) for name in names}


def _table(cursor: Any, name: str) -> Table:
    cursor.execute(_TABLE.format(connection.ops.quote_name(name)))
    rows, total = cursor.fetchone()
    return Table(rows, str(total))


def _dump(file: Any, snapshot: str) -> None:
    options = ("--format=custom", "--compress=0", *_UNOWNED, f"--snapshot={snapshot}")
    with tempfile.TemporaryFile() as complaints:
        with _started("pg_dump", *options, _address(), stderr=complaints) as dump:
            shutil.copyfileobj(dump.stdout, file, _PIECE)
        if dump.returncode:
            raise CommandError(f"{_last_line(complaints)}. No backup was made.")


def _restore(pieces: Iterable[bytes], old: Iterable[str]) -> None:
    """Have pg_restore write statements, and psql carry them out and commit them at the end."""
    quiet = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with tempfile.TemporaryFile() as complaints:
        with _started("psql", *quiet, _address(), stderr=complaints) as psql:
            is_read = _say(psql, _begin(old)) and _translate(pieces, psql, complaints)
            _say(psql, b"COMMIT;\n" if is_read else b"ROLLBACK;\n")
        if psql.returncode or not is_read:
            raise CommandError(f"{_last_line(complaints)}. Nothing was restored.")


def _begin(old: Iterable[str]) -> bytes:
    drops = [f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE;" for name in old]
    return "\n".join(["BEGIN;", "SET client_min_messages = warning;", *drops, ""]).encode()


def _translate(pieces: Iterable[bytes], psql: Any, errors: IO[bytes]) -> bool:
    options = ("--file=-", "--exit-on-error", *_UNOWNED)
    with _started("pg_restore", *options, stdout=psql.stdin, stderr=errors) as restore:
        for piece in pieces:
            if not _say(restore, piece):
                break
    return bool(restore.returncode == 0)


def _say(program: Any, words: bytes) -> bool:
    """Write to a program; False if it has ended, which its complaint explains."""
    try:
        program.stdin.write(words)
        program.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _started(program: str, *arguments: str, **streams: Any) -> Any:
    if shutil.which(program) is None:
        raise CommandError(
            f"{program} is not on the PATH. Install PostgreSQL's programs of the server's release "
            "or a newer one (Debian: postgresql-client), or run them on the server."
        )
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    # Not among the arguments, which every user of the machine can read.
    secret = {"PGPASSWORD": connection.settings_dict["PASSWORD"]}
    given = {name: value for name, value in secret.items() if value}
    return subprocess.Popen([program, *arguments], env={**os.environ, **given}, **pipes | streams)


def _address() -> str:
    given: dict[str, Any] = connection.get_connection_params()
    # Texts are what libpq takes; the rest is for the driver.
    known = {name: value for name, value in given.items() if isinstance(value, str)}
    known.pop("password", None)
    return f"--dbname={make_conninfo(**known)}"


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    said = complaints.read().decode(errors="replace").strip().splitlines()
    return said[-1].rstrip(".") if said else "A program of PostgreSQL ended without a word"
