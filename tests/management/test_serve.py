"""`manage.py serve` as an operator meets it: a process, its output and its signals."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conversations.bundled_model.supervisor import weights
from tests.bench.site import free_port, migrate_quickly

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60

# Each test starts a site.
pytestmark = pytest.mark.long


@pytest.fixture
def port() -> int:
    """A free port that no other test uses."""
    return free_port()


@contextmanager
def serving(tmp_path: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A site in its own process, killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(tmp_path),
            "STATIC_ROOT": str(tmp_path / "static"),
            "PORT": str(port),
            "LOCAL_MODEL": "off",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str], pattern: str) -> str:
    """The next line of output that matches the pattern."""
    assert process.stdout is not None
    seen = []
    for text in process.stdout:
        seen.append(text)
        if re.search(pattern, text):
            return text.strip()
    raise AssertionError(f"No line matches {pattern!r}:\n{''.join(seen)}")


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """The data folder of a migrated site."""
    migrate_quickly(tmp_path)
    return tmp_path


def test_it_prints_its_address_and_the_set_up_link(tmp_path: Path, port: int) -> None:
    with serving(tmp_path, port) as process:
        assert line(process, "is at") == f"Parley is at http://127.0.0.1:{port}/"
        link = line(process, "administrator").split()[-1]
        with urllib.request.urlopen(link, timeout=SECONDS) as answer:
            assert "Create administrator" in answer.read().decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(migrated: Path, port: int, number: signal.Signals) -> None:
    with serving(migrated, port) as process:
        line(process, "administrator")
        process.send_signal(number)
        rest, _none = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in rest


def test_a_port_that_is_taken_ends_the_start_with_what_to_do(migrated: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        serving(migrated, taken.getsockname()[1]) as process,
    ):
        rest, _none = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "Set HOST and PORT to a free address." in rest


def test_a_second_process_is_refused_while_the_first_serves_a_sqlite_file(
    migrated: Path, port: int
) -> None:
    with serving(migrated, port) as first:
        line(first, "is at")
        with serving(migrated, free_port()) as second:
            rest, _none = second.communicate(timeout=SECONDS)
        assert second.returncode == 1
        assert f"Another site serves this database: process {first.pid} on " in rest
        assert "Traceback" not in rest
        first.kill()
        first.wait()
    # However the first one ended, nothing of it is in the way.
    with serving(migrated, port) as third:
        line(third, "is at")


def test_an_unwritable_static_root_ends_the_start_with_what_to_do(
    migrated: Path, port: int
) -> None:
    (migrated / "file").touch()
    with serving(migrated, port, STATIC_ROOT=str(migrated / "file" / "static")) as process:
        rest, _none = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "STATIC_ROOT cannot be written" in rest
    assert "Traceback" not in rest


def test_a_start_writes_no_static_files_where_they_are_collected(migrated: Path, port: int) -> None:
    with serving(migrated, port) as first:
        line(first, "is at")
    written = {file: file.stat().st_mtime_ns for file in (migrated / "static").rglob("*")}
    with serving(migrated, port) as second:
        line(second, "is at")
    again = {file: file.stat().st_mtime_ns for file in (migrated / "static").rglob("*")}
    assert again == written


def test_it_starts_where_the_upstream_cannot_be_reached(migrated: Path, port: int) -> None:
    with serving(migrated, port, UPSTREAM_BASE_URL="http://127.0.0.1:9/v1") as process:
        line(process, "is at")
        assert "Configured upstream does not list its models" in line(process, "list its models")


@pytest.mark.parametrize(
    "url", ["redis://:hidden-word@127.0.0.1:1/0", "unix:///no/such.sock", "rediss://127.0.0.1:1"]
)
def test_it_starts_where_redis_cannot_be_reached_and_says_so(
    migrated: Path, port: int, url: str
) -> None:
    with serving(migrated, port, REDIS_URL=url) as process:
        said = line(process, "Redis cannot be used: ")
        assert "REDIS_URL names it." in said
        assert "hidden-word" not in said
        line(process, "is at")


@pytest.mark.model
@pytest.mark.skipif(weights() is None, reason="The bundled model is not installed.")
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Needs Linux, to wait for a stranger.")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_bundled_model_ends_with_it(migrated: Path, port: int, number: signal.Signals) -> None:
    import select

    with serving(migrated, port, LOCAL_MODEL="on") as process:
        line(process, "The bundled model is ready")
        child = os.pidfd_open(_child_of(process.pid))
        try:
            process.send_signal(number)
            ended, _writable, _failed = select.select([child], [], [], SECONDS)
        finally:
            os.close(child)
    assert ended == [child]


def _child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return int(" ".join(path.read_text(encoding="ascii") for path in children).split()[0])
