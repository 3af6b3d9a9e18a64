"""A PostgreSQL server that may crash: unlike that of the suite, it waits for its commits."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg

from tests.bench.site import free_port


class PostgresServer:
    """A server on loopback; ``address`` is its database, as DATABASE_URL takes it."""

    def __init__(self) -> None:
        found = shutil.which("initdb")
        folders = [Path(found).resolve().parent] if found else []
        folders += Path("/usr/lib/postgresql").glob("*/bin")
        assert folders, "PostgreSQL is not installed; on Debian: apt-get install postgresql."
        self._programs = max(folders)
        self._place = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
        self._port = free_port()
        self.address = f"postgres://postgres@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._place, "postgres")
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres")
        self._control("start")
        return self

    def __exit__(self, *error: object) -> None:
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self._place, ignore_errors=True)

    def restart(self, *, in_order: bool) -> None:
        """Restart it: in order, or as after a crash."""
        self._control("restart", "-m", "fast" if in_order else "immediate")

    def break_lock(self, pid: int) -> None:
        """Cut the connection by which a process of the site holds its lock."""
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s"
        )
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(cut, [f"lock of process {pid} %"])

    @property
    def _data(self) -> str:
        return str(self._place / "data")

    def _control(self, command: str, *more: str) -> None:
        options = f"-p {self._port} -k {self._place} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self._place / "log")
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", command, *more)

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        command = [self._programs / program, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user)
