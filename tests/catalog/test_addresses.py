"""The address policy: sixty forms of an address, tried with the client that answers use."""

import asyncio
import socket
from typing import Any

import pytest

from conversations.upstream import AddressPolicy, AddressRefused, Upstream, UpstreamError
from tests.upstream.asking import receive, request
from tests.upstreams.scripted import ScriptedUpstream

# Names with addresses that they do not suggest.
ADDRESSES_OF = {
    "innocent.example": ["169.254.169.254"],
    "mixed.example": ["93.184.215.14", "10.0.0.5"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "metadata": ["93.184.215.14"],
    "metadata.google.internal": ["93.184.215.14"],
    "metadata.google.internal.": ["93.184.215.14"],
    "Instance-Data.ec2.internal": ["93.184.215.14"],
    "localhost.example": ["127.0.0.1"],
}
NEVER = (
    # Link-local, and the services that give credentials there.
    "http://169.254.169.254/latest",
    "http://169.254.170.2/v2",
    "http://169.254.0.1/v1",
    "http://0xa9fea9fe/v1",
    "http://0xa9.0xfe.0xa9.0xfe/v1",
    "http://2852039166/v1",
    "http://169.254.43518/v1",
    "http://[fe80::1]/v1",
    "http://[fe80::1%25lo]/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://[::ffff:a9fe:a9fe]/v1",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/v1",
    "http://[2002:a9fe:a9fe::1]/v1",
    "http://[64:ff9b::169.254.169.254]/v1",
    "http://[64:ff9b::a9fe:a9fe]/v1",
    "http://[64:ff9b:1::a9fe:a9fe]/v1",
    "http://[::ffff:0:a9fe:a9fe]/v1",
    "http://[::a9fe:a9fe]/v1",
    # Metadata services at other addresses, and by name.
    "http://100.100.100.200/v1",
    "http://192.0.0.192/v1",
    "http://168.63.129.16/v1",
    "http://[fd00:ec2::254]/v1",
    "http://[fd20:ce::254]/v1",
    "http://[fd00:42::42]/v1",
    "http://metadata/v1",
    "http://metadata.google.internal/v1",
    "http://metadata.google.internal./v1",
    "http://Instance-Data.ec2.internal/v1",
    "http://innocent.example/v1",
    # Unspecified, broadcast, multicast, reserved, documentation.
    "http://0.0.0.0/v1",
    "http://0/v1",
    "http://0x0/v1",
    "http://[::]/v1",
    "http://255.255.255.255/v1",
    "http://240.0.0.1/v1",
    "http://224.0.0.1/v1",
    "http://[ff02::1]/v1",
    "http://[fec0::1]/v1",
    "http://192.0.2.1/v1",
    "http://[2001:db8::1]/v1",
    "http://[2001::1]/v1",
)
PRIVATE = (
    "http://127.0.0.1/v1",
    "http://127.255.255.254/v1",
    "http://127.1/v1",
    "http://2130706433/v1",
    "http://0x7f000001/v1",
    "http://0x7f.1/v1",
    "http://localhost/v1",
    "http://LOCALHOST/v1",
    "http://localhost.example/v1",
    "http://mapped.example/v1",
    "http://mixed.example/v1",
    "http://[::1]/v1",
    "http://[::ffff:127.0.0.1]/v1",
    "http://[2002:7f00:1::]/v1",
    "http://[64:ff9b::7f00:1]/v1",
    "http://10.0.0.1/v1",
    "http://172.16.0.1/v1",
    "http://192.168.1.1/v1",
    "http://100.64.0.1/v1",
    "http://[fc00::1]/v1",
    "http://[fd12:3456::1]/v1",
)
NO_ADDRESS = (
    "file:///etc/passwd",
    "ftp://example.org/v1",
    "gopher://example.org/v1",
    "unix:///run/docker.sock",
    "//example.org/v1",
    "http:///v1",
    "http://",
    "http://name:password@example.org/v1",
    "http://127.0.0.1@example.org/v1",
    "http://example.org#@127.0.0.1/v1",
    "http://example.org\\@127.0.0.1/v1",
    "http://example.org/v1?to=http://127.0.0.1",
    "http://127.0.0.1:99999/v1",
    "http://127.0.0.1:0/v1",
    "http://127.0.0.1 /v1",
    "http://0177.0.0.1/v1",
    "http://１２７.０.０.１/v1",
    "http://①②⑦.0.0.1/v1",
    "http://127。0。0。1/v1",
    "http://[::1/v1",
)


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record every address that is connected to; names resolve to the list above."""
    made: list[Any] = []
    lookup = socket.getaddrinfo

    def found(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host in ADDRESSES_OF:
            return [_info(address, port) for address in ADDRESSES_OF[host]]
        if str(host).lower() == "localhost":
            return lookup("localhost", port, *args, **kwargs)
        # Only numbers, in any form: no name is resolved outside the machine.
        return _numeric(host, port)

    def connect(self: socket.socket, address: Any) -> None:
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket.socket, "connect", connect)
    # Two more attempts, as always, but without the pauses between them.
    monkeypatch.setattr("conversations.upstream.retries.CONNECT_DELAYS_SECONDS", (0.0, 0.0))
    return made


def _info(address: str, port: int) -> Any:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


def _numeric(host: str, port: int) -> Any:
    try:
        return [_info(socket.inet_ntoa(socket.inet_aton(host)), port)]
    except OSError:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None


def asked(address: str, *, private: bool) -> UpstreamError | None:
    """Return the error of a request for the models, and for a completion, at the address."""

    async def ask() -> UpstreamError | None:
        async with Upstream(address, "a-secret-key", policy=AddressPolicy(private)) as upstream:
            received = await receive(upstream, request("any"))
            with pytest.raises(UpstreamError) as listing:
                await upstream.models()
            assert type(listing.value) is type(received.error)
            return received.error

    return asyncio.run(ask())


def test_the_table_has_sixty_forms_and_more() -> None:
    forms = {*NEVER, *PRIVATE, *NO_ADDRESS}
    assert len(forms) == len(NEVER) + len(PRIVATE) + len(NO_ADDRESS) >= 60


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("address", NEVER)
def test_no_connection_is_ever_made_to(address: str, private: bool, connections: list[Any]) -> None:
    assert isinstance(asked(address, private=private), AddressRefused)
    assert connections == []


@pytest.mark.parametrize("address", PRIVATE)
def test_no_connection_is_made_where_private_addresses_are_not_allowed_to(
    address: str, connections: list[Any]
) -> None:
    assert isinstance(asked(address, private=False), AddressRefused)
    assert connections == []


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_this_is_no_address_of_a_server(address: str, connections: list[Any]) -> None:
    with pytest.raises(ValueError, match="The address must"):
        Upstream(address)
    assert connections == []


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("http://10.0.0.1/v1", ("10.0.0.1", 80)),
        ("http://localhost.example/v1", ("127.0.0.1", 80)),
        ("http://[fd12:3456::1]:8080/v1", ("fd12:3456::1", 8080, 0, 0)),
        ("http://100.64.0.1/v1", ("100.64.0.1", 80)),
    ],
)
def test_private_addresses_are_connected_to_where_they_are_allowed(
    address: str, target: Any, connections: list[Any]
) -> None:
    error = asked(address, private=True)
    assert error is not None
    assert error.code == "unreachable"
    assert set(connections) == {target}


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("93.184.215.14", ("93.184.215.14", 443)),
        ("[2606:2800:21f::1]", ("2606:2800:21f::1", 443, 0, 0)),
        # The same public IPv4 address behind NAT64, 6to4 and mapped into IPv6.
        ("[64:ff9b::5db8:d70e]", ("64:ff9b::5db8:d70e", 443, 0, 0)),
        ("[2002:5db8:d70e::1]", ("2002:5db8:d70e::1", 443, 0, 0)),
        ("[::ffff:5db8:d70e]", ("::ffff:5db8:d70e", 443, 0, 0)),
    ],
)
def test_a_public_address_is_connected_to_whatever_the_policy(
    host: str, target: Any, private: bool, connections: list[Any]
) -> None:
    error = asked(f"https://{host}/v1", private=private)
    assert error is not None
    assert error.code == "unreachable"
    assert set(connections) == {target}


def test_a_name_that_leads_elsewhere_the_second_time_is_refused(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    monkeypatch.setitem(ADDRESSES_OF, "rebound.example", ["93.184.215.14"])
    first = asked("http://rebound.example/v1", private=False)
    assert first is not None
    assert first.code == "unreachable"
    connections.clear()
    ADDRESSES_OF["rebound.example"] = ["127.0.0.1"]
    assert isinstance(asked("http://rebound.example/v1", private=False), AddressRefused)
    assert connections == []


def test_a_redirect_is_not_followed() -> None:
    async def ask() -> tuple[UpstreamError | None, int]:
        async with ScriptedUpstream() as server, Upstream(server.address) as upstream:
            received = await receive(upstream, request("redirect"))
            return received.error, len(server.calls)

    error, calls = asyncio.run(ask())
    assert error is not None
    assert (error.code, calls) == ("redirected", 1)
