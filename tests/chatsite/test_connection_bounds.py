"""The number of connections: in all, and from one address."""

import http.client
import logging
import resource
import socket
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings

from chatsite import connection_bounds, open_files
from chatsite.connection_bounds import SPARE_FOR_LOOPBACK, ConnectionBounds, bounds, network_of
from tests.chatsite.wire import connected, head, reply_on
from tests.live import LiveSite


def accepted(counted: ConnectionBounds, host: str, attempts: int) -> int:
    """The number of the attempts from an address that are accepted."""
    number = 0
    for _ in range(attempts):
        if counted.admits(host):
            counted.opened(host)
            number += 1
    return number


def test_one_address_cannot_take_all_connections() -> None:
    counted = ConnectionBounds(80)
    assert accepted(counted, "192.0.2.1", 100) == 10
    assert accepted(counted, "192.0.2.2", 5) == 5
    counted.closed("192.0.2.1")
    assert accepted(counted, "192.0.2.1", 5) == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_a_client_with_many_addresses_counts_once(one: str, other: str, is_same: bool) -> None:
    assert (network_of(one) == network_of(other)) is is_same


def test_a_trusted_proxy_brings_everybody(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert accepted(ConnectionBounds(80), "192.0.2.1", 100) == 80


def test_all_addresses_together_leave_room_for_what_goes_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1024, 1024))
    counted = bounds()
    with caplog.at_level(logging.WARNING):
        assert sum(accepted(counted, f"192.0.2.{n}", 100) for n in range(20)) == 512
        assert accepted(counted, "192.0.2.99", 1) == 0
    assert accepted(counted, "127.0.0.1", 100) == SPARE_FOR_LOOPBACK
    # Once a minute, not for each.
    assert caplog.text.count("New connections are refused") == 1


@pytest.mark.parametrize("soft", [resource.RLIM_INFINITY, 10**6])
def test_no_limit_of_the_system_is_still_a_bound(
    monkeypatch: pytest.MonkeyPatch, soft: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, soft))
    monkeypatch.setattr(connection_bounds, "SHARE_OF_ONE_ADDRESS", 1)
    assert bounds()._most == open_files.WANTED[0] // 2


@pytest.fixture
def counted(live_site: LiveSite) -> Iterator[ConnectionBounds]:
    """The bounds of the live site, with room for three connections."""
    from twisted.internet import reactor  # the live site has chosen it

    (port,) = [each for each in reactor.getReaders() if hasattr(each, "factory")]
    factory = port.factory
    before, factory.bounds = factory.bounds, ConnectionBounds(3)
    yield factory.bounds
    factory.bounds = before


def test_a_site_that_is_full_closes_what_is_new_at_once(
    live_site: LiveSite, counted: ConnectionBounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_bounds, "SPARE_FOR_LOOPBACK", 0)
    monkeypatch.setattr(counted, "_most_each", 3)
    healthy = head(live_site, "/healthz", method="GET")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Origin": live_site.url}
    handshake = {"Sec-WebSocket-Key": "A" * 22 + "==", "Sec-WebSocket-Version": "13"}
    browser = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=20)
    browser.request("GET", "/ws/", headers=upgrade | handshake)
    browser.getresponse()
    with connected(live_site) as one, connected(live_site) as two:
        for wire in (one, two):
            wire.sendall(healthy)
            assert reply_on(wire).status == 200
        with connected(live_site) as refused:
            assert refused.recv(1) == b""
        # A websocket is counted until it is closed.
        browser.close()
        while counted._all == 3:
            one.sendall(healthy)
            assert reply_on(one).status == 200
        with connected(live_site) as wire:
            wire.sendall(healthy)
            assert reply_on(wire).status == 200


SENT_BEFORE_RESET = {
    "a request": ("GET", "", b""),
    "half of a body": ("POST", "Content-Length: 100", b"{"),
    "a body in chunks": ("POST", "Transfer-Encoding: chunked", b"1\r\n"),
}


@pytest.mark.parametrize("name", SENT_BEFORE_RESET)
def test_a_client_that_resets_after_its_last_bytes_is_gone_at_once(
    live_site: LiveSite,
    counted: ConnectionBounds,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(counted, "_most", 100)
    monkeypatch.setattr(counted, "_most_each", 100)
    method, header, body = SENT_BEFORE_RESET[name]
    sent = head(live_site, "/accounts/login/", header or "A: b", method=method) + body
    with connected(live_site) as beside:
        beside.sendall(head(live_site, "/healthz", method="GET"))
        assert reply_on(beside).status == 200
        before = counted._all
        for _ in range(20):
            wire = connected(live_site)
            wire.sendall(sent)
            # To close without lingering is to reset (socket(7)).
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.close()
        while counted._all != before:
            beside.sendall(head(live_site, "/healthz", method="GET"))
            assert reply_on(beside).status == 200
    assert caplog.text.count("Traceback") == 0
