"""A Redis server of the tests' own, on loopback."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from tests.bench.site import free_port

START_SECONDS = 10


class RedisServer:
    """A server that can be stopped for a while, ended and started again."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it empty, and wait until it answers."""
        self._process = subprocess.Popen(
            [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_SECONDS
        with Redis.from_url(self.url) as client:
            while not _answers(client):
                assert time.monotonic() < until, "Redis does not start."

    def end(self) -> None:
        """kill -9: what it had is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def sleep(self) -> None:
        """Answer nothing, and keep all connections, until `wake`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def missing() -> str:
    """A sentence where there is no Redis, otherwise nothing."""
    if _program() is None:
        return "Redis is not installed; on Debian: apt-get install redis-server."
    return ""


def _program() -> str | None:
    return shutil.which("redis-server")


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A new server."""
    program = _program()
    assert program is not None
    server = RedisServer(program)
    server.start()
    try:
        yield server
    finally:
        server.end()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running server."""
    if reason := missing():
        pytest.skip(reason)
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def redis_of_the_worker() -> Iterator[None]:
    """Beside PostgreSQL, a Redis for each worker: two that share one would wake each other."""
    if not settings.POSTGRES:
        yield
        return
    with running_redis() as server:
        settings.REDIS_URL = server.url
        yield
