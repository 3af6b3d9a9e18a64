"""Fixtures of all tests: a blocked network, mail that is sent at once, an empty cache."""

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

# Playwright's synchronous interface runs an event loop in the test's own thread, where Django
# would refuse every query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The suite uses the same examples each time; `make fuzz` uses a hundred times as many others. No
# example has a time limit: on a busy machine it would fail what is right.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.register_profile("fuzz", max_examples=10_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

pytest_plugins = [
    "tests.own_database", "tests.people", "tests.clock", "tests.live", "tests.browsers",
    "tests.postgres", "tests.redis_server",
]  # fmt: skip

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NetworkBlocked(RuntimeError):
    """A test tried to connect to another machine."""


LONG_SECONDS = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give long tests more time."""
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(LONG_SECONDS))


def pytest_collection_finish() -> None:
    """Spare the collector of memory what was imported, which it would look through often."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Let sockets connect only to loopback addresses and Unix sockets."""
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in _LOOPBACK:
            raise NetworkBlocked(f"connection to {address}")
        connect(self, address)

    def guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in {*_LOOPBACK, None, "", "0.0.0.0"}:
            raise NetworkBlocked(f"name look-up of {host!r}")
        return lookup(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_lookup)
        yield


@pytest.fixture(scope="session", autouse=True)
def own_place() -> Iterator[None]:
    """Remove the run's data at its end."""
    yield
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


class _AtOnce(Executor):
    """Calls what it is given before it returns."""

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # type: ignore[override]
        function(*args, **kwargs)
        return Future()


@pytest.fixture(autouse=True)
def mail_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send all mail before the page that caused it is answered."""
    monkeypatch.setattr("conversations.accounts.mail._pool", _AtOnce())
    # The connection is that of the test, and stays open.
    monkeypatch.setattr("conversations.accounts.mail.close_old_connections", lambda: None)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Clear the cache, in which allauth marks used codes."""
    cache.clear()
