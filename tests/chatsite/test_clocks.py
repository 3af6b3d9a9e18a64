"""Clients that are slow: the time for headers and bodies, and what ends when it is over."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

from chatsite import clocks
from chatsite.clocks import Clock
from tests.chatsite.wire import chunk, connected, head, replies_on, reply_on
from tests.live import LiveSite

LOGIN = "/accounts/login/"
SECONDS = 0.15


def test_the_times_are_those_that_are_promised() -> None:
    assert (clocks.HEADERS_SECONDS, clocks.BODY_SECONDS, clocks.SLOWEST_BYTES) == (30, 30, 4096)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little time for headers and bodies."""
    monkeypatch.setattr(clocks, "HEADERS_SECONDS", SECONDS)
    monkeypatch.setattr(clocks, "BODY_SECONDS", SECONDS)


def test_a_connection_without_a_request_is_closed(live_site: LiveSite, soon: None) -> None:
    with connected(live_site) as wire:
        assert wire.recv(1) == b""


UNFINISHED = {
    "part of an address": b"GET /acc",
    "part of the headers": b"GET / HTTP/1.1\r\nHost: x\r\nX-Name: ",
    "headers without their end": b"GET / HTTP/1.1\r\nHost: x\r\n",
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_headers_that_do_not_end_are_cut_however_steadily_they_come(
    live_site: LiveSite, soon: None, name: str
) -> None:
    with connected(live_site) as wire:
        wire.sendall(UNFINISHED[name])
        with trickle(wire):
            assert reply_on(wire).status == 408


class trickle:  # noqa: N801 - reads as a statement
    """Sends a byte every 20 ms until the connection is closed."""

    def __init__(self, wire: socket.socket, data: bytes = b"x") -> None:
        self._wire, self._data = wire, data
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _send(self) -> None:
        try:
            while not self._over.wait(0.02):
                self._wire.sendall(self._data)
        except OSError:
            return


@pytest.mark.parametrize("length", ["Content-Length: 16000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("sent", [b"", b"1"])
def test_a_body_that_does_not_come_is_given_up(
    live_site: LiveSite, soon: None, length: str, sent: bytes
) -> None:
    with connected(live_site) as wire:
        wire.sendall(head(live_site, "/v1/models", length) + sent)
        reply = reply_on(wire)
        assert (reply.status, reply.getheader("Connection")) == (408, "close")
        error = json.loads(reply.body)["error"]  # type: ignore[attr-defined]
        assert (error["code"], error["message"][-1]) == ("request_timeout", ".")


@pytest.mark.parametrize("data", [b"x", chunk(b"x")])
def test_a_body_that_trickles_is_given_up_too(live_site: LiveSite, soon: None, data: bytes) -> None:
    length = "Content-Length: 16000" if data == b"x" else "Transfer-Encoding: chunked"
    with connected(live_site) as wire:
        wire.sendall(head(live_site, LOGIN, length))
        with trickle(wire, data):
            assert reply_on(wire).status == 408


def test_a_body_that_comes_steadily_enough_has_time_by_its_size(
    live_site: LiveSite, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At 4 bytes in 20 ms, 80 bytes need longer than all the time of a body that does not come.
    monkeypatch.setattr(clocks, "SLOWEST_BYTES", 20)
    with connected(live_site) as wire:
        wire.sendall(head(live_site, LOGIN, "Content-Length: 80"))
        with trickle(wire, b"a=b&"):
            assert reply_on(wire).status == 403


def test_the_time_for_a_request_begins_with_its_first_byte(live_site: LiveSite, soon: None) -> None:
    """Connections that are used again may be idle for longer."""
    healthy = head(live_site, "/healthz", method="GET")
    with connected(live_site) as wire:
        wire.sendall(healthy)
        assert reply_on(wire).status == 200
        wire.settimeout(2 * SECONDS)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        wire.settimeout(20)
        wire.sendall(healthy + healthy)
        assert [each.status for each in replies_on(wire, 2)] == [200, 200]
        wire.sendall(healthy[:-2])
        assert reply_on(wire).status == 408


def played(play: Callable[[Clock, list[str]], Awaitable[None]]) -> list[str]:
    late: list[str] = []

    async def run() -> None:
        await play(Clock(lambda: late.append("late")), late)

    asyncio.run(run())
    return late


def test_the_time_while_the_site_does_not_read_is_not_the_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = played_moments(monkeypatch)

    async def play(clock: Clock, late: list[str]) -> None:
        clock.await_body()
        next(moments)
        clock.pause()
        next(moments)
        assert not clock.runs
        clock.resume()
        clock._look()
        assert not late
        next(moments)
        clock._look()

    assert played(play) == ["late"]


def played_moments(monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """A clock of its own; each step is 20 seconds."""
    now = [1000.0]
    monkeypatch.setattr(clocks, "_now", lambda: now[0])
    monkeypatch.setattr(clocks, "BODY_SECONDS", 30)

    def step() -> Iterator[float]:
        while True:
            now[0] += 20
            yield now[0]

    return step()


def test_twenty_megabytes_from_a_telephone_get_through(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = played_moments(monkeypatch)

    async def play(clock: Clock, late: list[str]) -> None:
        clock.await_body()
        for _ in range(200):
            # 5 kB a second.
            next(moments)
            clock.note(100_000)
            clock._look()
        assert not late
        next(moments)
        next(moments)
        clock._look()

    assert played(play) == ["late"]
