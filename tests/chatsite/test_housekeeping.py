"""The care for open connections, one of which is broken."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from chatsite import housekeeping
from chatsite.server import Server


class Transport:
    """A transport that notes whether it was dropped."""

    def __init__(self, *, connected: bool = True) -> None:
        self.connected = connected
        self.aborted = False

    def abortConnection(self) -> None:
        self.aborted = True


class Protocol:
    """A connection that can be looked after."""

    def __init__(self, *, connected: bool = True) -> None:
        self.transport = Transport(connected=connected)
        self.looks = 0
        self.errors: list[BaseException] = []

    def check_timeouts(self) -> None:
        self.looks += 1

    def handle_exception(self, error: BaseException) -> None:
        self.errors.append(error)


class Broken(Protocol):
    """A connection that fails whatever is done with it."""

    def check_timeouts(self) -> None:
        raise OSError("broken")

    def handle_exception(self, error: BaseException) -> None:
        raise ValueError("HTTP response has already been started")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server that does not run, so that each look is asked for here."""
    monkeypatch.setattr(housekeeping, "_later", lambda seconds, work: None)
    made = Server(None, host="127.0.0.1", port=0, on_listening=lambda port: None)
    made.connections = {}
    return made


def connected(server: Server, *protocols: Protocol) -> None:
    for protocol in protocols:
        server.protocol_connected(protocol)


def ended(work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
    """The task of an application, ended."""

    async def whole() -> asyncio.Future[None]:
        task = asyncio.ensure_future(work)
        await asyncio.wait([task])
        return task

    return asyncio.run(whole())


async def fails() -> None:
    raise RuntimeError("the application")


async def succeeds() -> None:
    """Does nothing."""


def test_one_that_cannot_be_pinged_is_dropped_and_the_others_are(server: Server) -> None:
    before, broken, after = Protocol(), Broken(), Protocol()
    connected(server, before, broken, after)
    server.timeout_checker()
    assert (before.looks, after.looks) == (1, 1)
    assert broken.transport.aborted
    assert not before.transport.aborted
    server.application_checker()
    assert list(server.connections) == [before, after]


def test_an_application_whose_failure_cannot_be_told_is_forgotten_once(server: Server) -> None:
    broken, other = Broken(), Protocol()
    connected(server, broken, other)
    for protocol in (broken, other):
        server.connections[protocol]["application_instance"] = ended(fails())
    server.application_checker()
    assert broken.transport.aborted
    assert [str(error) for error in other.errors] == ["the application"]
    server.application_checker()
    assert list(server.connections) == [other]
    assert len(other.errors) == 1


def test_one_that_closed_without_a_word_is_forgotten(server: Server) -> None:
    gone, other = Protocol(connected=False), Protocol()
    connected(server, gone, other)
    server.timeout_checker()
    server.application_checker()
    assert list(server.connections) == [other]


def test_an_entry_lasts_as_long_as_its_application_which_is_cancelled_in_time(
    server: Server,
) -> None:
    async def work() -> None:
        protocol = Protocol()
        connected(server, protocol)
        application = asyncio.ensure_future(asyncio.Event().wait())
        server.connections[protocol]["application_instance"] = application
        server.protocol_disconnected(protocol)
        server.application_checker()
        assert list(server.connections) == [protocol]
        long_ago = time.monotonic() - server.application_close_timeout - 1
        server.connections[protocol]["disconnected"] = long_ago
        server.application_checker()
        await asyncio.wait([application])
        server.application_checker()
        assert server.connections == {}

    asyncio.run(work())


def test_a_handshake_that_never_had_an_entry_may_end(server: Server) -> None:
    server.protocol_disconnected(Protocol())
    assert server.connections == {}
