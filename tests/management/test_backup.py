"""Backups: complete or absent, of one moment, and checked before anything is replaced."""

import errno
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection

from conversations.management.backups import archive, postgres, sqlite
from conversations.management.backups.archive import Source
from conversations.management.backups.contents import Contents, Table

SOURCE = Source("2026-11-30T12:00:00+00:00", "0.1.0", "0017_processes", "sqlite")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small database of SQLite, which the functions take for the site's."""
    path = tmp_path / "small.sqlite3"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, text TEXT)")
        made.execute("CREATE TABLE total (messages INTEGER)")
        made.execute("INSERT INTO total VALUES (0)")
        made.executemany(
            "INSERT INTO message(text) VALUES (?)", [(f"said {n}",) for n in range(500)]
        )
        made.execute("UPDATE total SET messages = 500")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    return path


def backed_up(file: Path) -> Path:
    """A backup of the database in that file."""
    archive.write(file, SOURCE, lambda to: sqlite.copy_to(to, file.parent))
    (file.parent / "database").unlink()
    return file


def restored(file: Path) -> None:
    """Put a backup in the place of the database."""
    with archive.opened(file) as opened:
        sqlite.replace(opened)


def texts(database: Path) -> list[str]:
    """The text of the messages."""
    with closing(sqlite3.connect(database)) as opened:
        return [text for (text,) in opened.execute("SELECT text FROM message ORDER BY id")]


def say(database: Path, text: str) -> None:
    """Add a message and count it, in one transaction."""
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("INSERT INTO message(text) VALUES (?)", [text])
        opened.execute("UPDATE total SET messages = messages + 1")


def test_it_has_one_moment_of_a_database_that_is_written_to(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, before = sqlite._table, texts(database)

    def table_and_a_write(opened: sqlite3.Connection, name: str) -> Table:
        found = table(opened, name)
        say(database, f"after {name}")
        return found

    monkeypatch.setattr(sqlite, "_table", table_and_a_write)
    file = backed_up(tmp_path / "backup.zip")
    assert len(texts(database)) == 504
    restored(file)
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("SELECT messages FROM total").fetchone() == (500,)
    assert texts(database) == before


def test_a_failure_leaves_the_backup_of_before_and_nothing_else(
    database: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    file = backed_up(folder / "backup.zip")
    before = file.read_bytes()

    def on_a_full_disk(to: Any) -> Contents:
        to.write(bytes(100_000))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CommandError, match=r"cannot be written: No space left on device\."):
        archive.write(file, SOURCE, on_a_full_disk)
    assert [each.read_bytes() for each in folder.iterdir()] == [before]


def test_a_backup_is_readable_by_its_owner_alone(database: Path, tmp_path: Path) -> None:
    assert backed_up(tmp_path / "backup.zip").stat().st_mode & 0o777 == 0o600


def test_one_that_was_cut_or_changed_anywhere_replaces_nothing(
    database: Path, tmp_path: Path
) -> None:
    whole = backed_up(tmp_path / "backup.zip").read_bytes()
    wanted = texts(database)
    say(database, "newer")
    changed = tmp_path / "changed.zip"
    last = len(whole) - 1
    refused = 0
    # Names, sizes and hashes are in the first and the last bytes.
    for position in [*range(32), *range(32, last, last // 30), *range(last - 200, last + 1)]:
        flipped = bytes([whole[position] ^ 0x10])
        changed.write_bytes(whole[:position] + flipped + whole[position + 1 :])
        with suppress(CommandError):
            restored(changed)
        # A byte that says nothing is one of the time in the archive's own list, for example.
        was_refused = texts(database) == [*wanted, "newer"]
        refused += was_refused
        if not was_refused:
            assert texts(database) == wanted
            say(database, "newer")
    assert refused > 150
    for length in range(0, last, last // 20):
        changed.write_bytes(whole[:length])
        with pytest.raises(CommandError, match="cut or changed"):
            restored(changed)
    assert texts(database) == [*wanted, "newer"]


def test_one_whose_tables_are_not_those_of_its_manifest_replaces_nothing(
    database: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"

    def other_contents(to: Any) -> Contents:
        found = sqlite.copy_to(to, tmp_path)
        return found | {"message": Table(501, found["message"].hash)}

    archive.write(file, SOURCE, other_contents)
    before = texts(database)
    with pytest.raises(CommandError, match=r"message \(501 rows, found 500 rows\)"):
        restored(file)
    assert texts(database) == before
    assert list(tmp_path.glob("*.restoring*")) == []


def test_the_log_of_writes_of_the_old_database_is_not_taken_for_that_of_the_new(
    database: Path, tmp_path: Path
) -> None:
    file = backed_up(tmp_path / "backup.zip")
    wanted = texts(database)
    # A process that was killed leaves its log beside the database.
    opened = sqlite3.connect(database)
    opened.execute("INSERT INTO message(text) VALUES ('in the log alone')")
    opened.commit()
    log, index = (database.with_name(database.name + ending) for ending in ("-wal", "-shm"))
    left = [(each, each.read_bytes()) for each in (log, index)]
    opened.close()
    for each, content in left:
        each.write_bytes(content)
    restored(file)
    assert texts(database) == wanted


def test_a_database_is_restored_where_there_was_none(database: Path, tmp_path: Path) -> None:
    file = backed_up(tmp_path / "backup.zip")
    wanted = texts(database)
    assert not sqlite.is_empty()
    database.unlink()
    assert sqlite.is_empty()
    restored(file)
    assert texts(database) == wanted


def test_a_damaged_database_is_not_backed_up(database: Path, tmp_path: Path) -> None:
    file = backed_up(tmp_path / "backup.zip")
    before = file.read_bytes()
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as damaged:
        damaged.seek(4096 * 2)
        damaged.write(b"\xff" * 4096)
    with pytest.raises(CommandError, match=r"damaged|malformed"):
        backed_up(file)
    assert file.read_bytes() == before


def test_programs_of_postgresql_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CommandError, match=r"pg_dump is not on the PATH\. Install PostgreSQL's"):
        postgres._started("pg_dump")
