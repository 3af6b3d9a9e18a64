"""Faults of the machine: one sentence that names the thing and what to do, exit code 1."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from chatsite.databases import database_from_url
from chatsite.machine_faults import Fault, fault_of
from tests.bench.process import ROOT

MIGRATIONS = ROOT / "conversations" / "migrations"
NOBODY = 65534
FILE = "parley.sqlite3"
SECONDS = 90


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of `manage.py` by a user whose rights the modes of files limit, as root's are not.

    Root keeps its number and loses the capabilities to pass over modes and owners.
    """
    program: tuple[str, ...] = (sys.executable, "manage.py", *arguments)
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("Root without setpriv may write everywhere: run the tests as a user.")
        program = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", *program)
    return subprocess.run(
        program,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LOCAL_MODEL": "off", **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def sentence_of(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of a command that failed, which had no traceback."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def foreign(path: Path, mode: int = 0o600) -> None:
    """Give a path to somebody else, or take it from its owner where only root could give it."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
        path.chmod(mode)
    else:
        path.chmod(0)


def database(folder: Path) -> Path:
    """The file of an SQLite database with one table."""
    path = folder / FILE
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE one (n)")
    opened.close()
    return path


def a_foreign_folder(folder: Path) -> str:
    foreign(folder, 0o700)
    return f"{folder} belongs to "


def a_foreign_key(folder: Path) -> str:
    (folder / "secret_key").write_text("x" * 50)
    foreign(folder / "secret_key")
    return f"{folder / 'secret_key'} belongs to "


def an_empty_key(folder: Path) -> str:
    (folder / "secret_key").touch()
    return f"The key file {folder / 'secret_key'} is empty."


def a_key_that_is_a_folder(folder: Path) -> str:
    (folder / "encryption_key").mkdir()
    return f"The key file {folder / 'encryption_key'} cannot be used: Is a directory."


def the_other_key(folder: Path) -> str:
    (folder / "encryption_key").write_text("x" * 50)
    return f"The key in {folder / 'encryption_key'} is not 32 bytes"


def a_former_key_that_is_none(folder: Path) -> str:
    (folder / "encryption_key_fallbacks").write_text("x" * 50)
    return f"A key in {folder / 'encryption_key_fallbacks'} is not 32 bytes"


def a_damaged_key(folder: Path) -> str:
    (folder / "secret_key").write_bytes(b"\xff\xfe\x00")
    return f"The key file {folder / 'secret_key'} is damaged"


def a_foreign_database(folder: Path) -> str:
    foreign(database(folder))
    return f"{folder / FILE} belongs to "


def a_log_that_root_left(folder: Path) -> str:
    (folder / "kept").mkdir()
    opened = sqlite3.connect(database(folder / "kept"))
    opened.execute("PRAGMA journal_mode=WAL")
    opened.execute("INSERT INTO one VALUES (1)")
    opened.commit()
    for ending in ("", "-wal", "-shm"):
        shutil.copy(folder / "kept" / f"{FILE}{ending}", folder / f"{FILE}{ending}")
    opened.close()
    foreign(folder / f"{FILE}-wal")
    foreign(folder / f"{FILE}-shm")
    return f"{folder / FILE}-wal belongs to "


def a_database_to_read_only(folder: Path) -> str:
    database(folder).chmod(0o400)
    return f"{folder / FILE} belongs to "


def garbage(folder: Path) -> str:
    (folder / FILE).write_bytes(bytes(range(256)) * 40)
    return f"{folder / FILE} is no intact SQLite database."


def a_folder_for_a_file(folder: Path) -> str:
    (folder / FILE).mkdir()
    return f"{folder / FILE} is a folder"


def no_tables(folder: Path) -> str:
    database(folder)
    return "Run `manage.py migrate`"


def another_programs_tables(folder: Path) -> str:
    with sqlite3.connect(folder / FILE) as opened:
        opened.execute("CREATE TABLE conversations_user (n)")
    opened.close()
    return "it is another program's"


def a_lost_migration(folder: Path) -> str:
    with sqlite3.connect(folder / FILE) as opened:
        opened.execute("CREATE TABLE django_migrations (id integer, app, name, applied)")
        names = [each.stem for each in sorted(MIGRATIONS.glob("0*.py"))]
        opened.executemany(
            "INSERT INTO django_migrations VALUES (1, 'conversations', ?, '2026-01-01')",
            [(name,) for name in names if not name.startswith("0002")],
        )
    opened.close()
    return "restored in part"


@pytest.mark.long
@pytest.mark.parametrize("make", [another_programs_tables, a_lost_migration])
def test_a_database_of_somebody_else_is_not_migrated(
    tmp_path: Path, make: Callable[[Path], str]
) -> None:
    expected = make(tmp_path)
    assert expected in sentence_of(command("migrate", DATA_DIR=str(tmp_path)))


@pytest.mark.long
@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://no-such-host.invalid"])
def test_a_mail_server_that_is_away_is_told(tmp_path: Path, url: str) -> None:
    sent = command("sendtestemail", "a@example.org", DATA_DIR=str(tmp_path), EMAIL_URL=url)
    assert sentence_of(sent).startswith("The mail server cannot be used: ")


@pytest.mark.long
@pytest.mark.parametrize(
    "make",
    [
        a_foreign_folder,
        a_foreign_key,
        an_empty_key,
        a_key_that_is_a_folder,
        a_damaged_key,
        the_other_key,
        a_former_key_that_is_none,
        a_foreign_database,
        a_log_that_root_left,
        a_database_to_read_only,
        garbage,
        a_folder_for_a_file,
        no_tables,
    ],
)
def test_a_command_ends_with_the_sentence(tmp_path: Path, make: Callable[[Path], str]) -> None:
    expected = make(tmp_path)
    assert expected in sentence_of(command("purge", DATA_DIR=str(tmp_path)))


def test_the_site_ends_with_the_sentence_where_a_setting_or_its_folder_is_wrong(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    found = sentence_of(command("serve", DATA_DIR=str(tmp_path / "file" / "data")))
    assert found.startswith(f"DATA_DIR is {tmp_path / 'file' / 'data'}, which cannot be made: ")
    assert f"{tmp_path / 'file'} is a file and no folder." in found


def test_a_server_that_is_away_is_told_with_the_servers_own_reason(tmp_path: Path) -> None:
    url = "postgres://me:hidden-word@127.0.0.1:1/site"
    found = sentence_of(command("serve", DATA_DIR=str(tmp_path), DATABASE_URL=url))
    assert found.startswith("PostgreSQL at 127.0.0.1:1 cannot be used as user “me”")
    assert "Connection refused. DATABASE_URL names them" in found
    assert "hidden-word" not in found


@pytest.mark.parametrize(
    ("role", "name", "reason"),
    [
        ("postgres", "no_such_database", "does not exist"),
        ("no_such_role", "postgres", "does not exist"),
    ],
)
def test_a_postgresql_that_refuses_says_why(
    postgres: str, monkeypatch: pytest.MonkeyPatch, role: str, name: str, reason: str
) -> None:
    url = postgres.replace("postgres@", f"{role}@").removesuffix("postgres") + name
    use(monkeypatch, url)
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(url)
    fault = fault_of(refused.value)
    assert fault is not None
    assert f"user “{role}” with database “{name}”: " in fault.text
    assert reason in fault.text


def test_a_role_without_rights_is_a_fault_of_the_machine(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, postgres)
    with psycopg.connect(postgres) as opened:
        opened.execute("CREATE ROLE weak LOGIN")
        opened.execute("SET ROLE weak")
        with pytest.raises(psycopg.ProgrammingError) as refused:
            opened.execute("CREATE TABLE public.mine (n int)")
        opened.rollback()
    assert "permission denied" in _text(fault_of(refused.value))


@pytest.mark.long
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "permission denied for schema public"),
        ("DROP SCHEMA public", "no schema has been selected to create in"),
        (
            "ALTER DATABASE {name} SET default_transaction_read_only = on",
            "cannot execute CREATE TABLE in a read-only transaction",
        ),
    ],
)
def test_a_new_database_that_takes_no_table_says_why(
    postgres: str, tmp_path: Path, wrong: str, reason: str
) -> None:
    name = f"new_{secrets.token_hex(4)}"
    address = postgres.removesuffix("postgres") + name
    with psycopg.connect(postgres, autocommit=True) as administration:
        administration.execute(f"CREATE ROLE {name} LOGIN")
        administration.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(address, autocommit=True) as administration:
        administration.execute(wrong.format(name=name).encode())
    url = address.replace("postgres@", f"{name}@")
    found = sentence_of(command("migrate", DATA_DIR=str(tmp_path), DATABASE_URL=url))
    assert f"as user “{name}” with database “{name}”: {reason}. DATABASE_URL" in found


def test_an_error_of_the_code_is_none_of_the_machine(postgres: str) -> None:
    with psycopg.connect(postgres) as opened, pytest.raises(psycopg.Error) as mistaken:
        opened.execute("SELEKT")
    assert fault_of(mistaken.value) is None
    assert fault_of(ValueError("no")) is None
    assert fault_of(sqlite3.IntegrityError("UNIQUE")) is None
    assert fault_of(None) is None


def test_a_full_disk_and_a_truncated_file_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = database(tmp_path)
    use(monkeypatch, f"sqlite:///{path}")
    with sqlite3.connect(path) as opened:
        opened.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            opened.execute("INSERT INTO one VALUES (zeroblob(100000))")
    opened.close()
    assert _text(fault_of(full.value)) == f"The disk of {tmp_path} is full: free some space."
    os.truncate(path, 4096)
    with sqlite3.connect(path) as opened, pytest.raises(sqlite3.DatabaseError) as cut:
        opened.execute("SELECT * FROM one").fetchall()
    opened.close()
    assert f"{path} is no intact SQLite database." in _text(fault_of(cut.value))


@pytest.mark.django_db
def test_a_database_that_another_program_keeps_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = database(tmp_path)
    use(monkeypatch, f"sqlite:///{path}")
    options = {"timeout": 0.01, "transaction_mode": "IMMEDIATE"}
    entry = {**settings.DATABASES["default"], "OPTIONS": options}
    connection = ConnectionHandler({"default": entry})["default"]
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as locked:
            connection.cursor().execute("INSERT INTO one VALUES (1)")
    other.close()
    connection.close()
    assert f"Another program has kept {path} locked" in _text(fault_of(locked.value))


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root mounts a file system.")
@pytest.mark.parametrize("options", ["size=64k", "size=1m,ro"])
def test_a_disk_that_takes_nothing_ends_the_start(tmp_path: Path, options: str) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("This machine lets nobody mount a file system.")
    try:
        found = sentence_of(command("serve", DATA_DIR=str(tmp_path)))
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
    reason = "mounted read-only" if "ro" in options else f"The disk of {tmp_path} is full"
    assert reason in found


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Have the sentences name this database, which this process does not connect to."""
    monkeypatch.setitem(settings.DATABASES, "default", database_from_url(url))


def _text(fault: Fault | None) -> str:
    assert fault is not None
    return fault.text
