"""A PostgreSQL server of the tests' own, on loopback, for as long as they run."""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest

from tests.bench.process import ROOT
from tests.bench.site import free_port
from tests.empty_database import sources
from tests.made_once import made_once

# Nothing has to survive the machine, and nothing else shares the server.
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}
# All databases are copies of this one, which each server has.
_MIGRATED = "migrated"


def missing() -> str:
    """A sentence where PostgreSQL cannot be started, otherwise nothing."""
    if _programs() is None or (os.geteuid() == 0 and not _is_known("postgres")):
        return "PostgreSQL is not installed; on Debian: apt-get install postgresql."
    return ""


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest that is installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def _run(*command: str | Path) -> None:
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user)


class PostgresServer:
    """A new server, which can be stopped and started again. ``address`` has no database's name.

    One that is to survive a crash needs ``synchronous_commit="on"``.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = _OPTIONS | settings
        programs = _programs()
        assert programs is not None
        self._programs = programs
        self._place = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
        self._port = free_port()
        self.address = f"postgres://postgres@127.0.0.1:{self._port}"

    def make(self) -> None:
        """Make its files, with a migrated database; they are gone after `remove`."""
        self._own_place()
        _copy(_migrated_files(), self._place / "data")

    def make_migrated(self, files: Path) -> None:
        """Make these files, for all others to copy."""
        self._own_place()
        data = self._place / "data"
        _run(self._programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
        self.start()
        try:
            _migrate(self.address)
        finally:
            self.stop("fast")
        _copy(data, files)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        options = f"-p {self._port} -k {self._place} {settings}"
        self._control("-o", options, "-l", self._place / "log", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``fast`` cuts all connections in order, ``immediate`` is a crash."""
        self._control("-m", mode, "stop")

    def restart(self, mode: str) -> None:
        """Stop it in that way, and start it again."""
        self.stop(mode)
        self.start()

    def remove(self) -> None:
        """Remove its files."""
        shutil.rmtree(self._place, ignore_errors=True)

    def _own_place(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._place, "postgres")

    def _control(self, *arguments: str | Path) -> None:
        _run(self._programs / "pg_ctl", "-D", self._place / "data", "-w", *arguments)


@cache
def _migrated_files() -> Path:
    """The files of a server with a migrated database, made once: initdb and the migrations take
    seconds, and each worker of the tests has a server."""
    return made_once(f"postgres-{_version()}", sources(), _make)


def _make(files: Path) -> None:
    server = PostgresServer()
    server.make_migrated(files)
    server.remove()


def _version() -> str:
    programs = _programs()
    assert programs is not None
    command = [programs / "postgres", "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[2]


def _copy(data: Path, to: Path) -> None:
    # With its owner and rights, without which a server refuses it.
    subprocess.run(["cp", "-a", data, to], check=True)


def _migrate(server: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {_MIGRATED}")
    with _environment(server, _MIGRATED) as environment:
        manage(environment, "migrate", "--verbosity", "0")


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of a new server, without a database's name."""
    with postgres_server() as server:
        yield server.address


@contextmanager
def postgres_server(**settings: str) -> Iterator[PostgresServer]:
    """A new server that runs, as it must at the end."""
    server = PostgresServer(**settings)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.remove()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an empty database, as DATABASE_URL takes it."""
    if reason := missing():
        pytest.skip(reason)
    with running_postgres() as server:
        yield f"{server}/postgres"


@pytest.fixture
def postgres_site(postgres: str) -> Iterator[dict[str, str]]:
    """The environment of a process that serves a new database, with its tables and no content."""
    with site_on(postgres.removesuffix("/postgres"), f"site_{secrets.token_hex(4)}") as environment:
        yield environment


@contextmanager
def site_on(server: str, name: str) -> Iterator[dict[str, str]]:
    """The environment of a process that serves a new database of that name, with its tables."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name} TEMPLATE {_MIGRATED}")
    with _environment(server, name) as environment:
        yield environment


@contextmanager
def _environment(server: str, name: str) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        yield {
            **os.environ,
            "DATA_DIR": place,
            "DATABASE_URL": f"{server}/{name}",
            "LOCAL_MODEL": "off",
            "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        }


def manage(environment: dict[str, str], *arguments: str) -> str:
    """The output of a command of `manage.py`."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def break_lock(address: str, pid: int) -> bool:
    """Cut the connection by which a process of the site holds its lock; True if there was one."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s"
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(cut, [f"lock of process {pid} %"]).fetchall() == [(True,)]


def dump(address: str) -> str:
    """The whole database as text, as `pg_dump` writes it."""
    programs = _programs()
    assert programs is not None
    command = [programs / "pg_dump", address]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _is_known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
