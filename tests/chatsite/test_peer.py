"""The client address that the application sees."""

from io import BytesIO

import pytest
from asgiref.sync import async_to_sync
from django.conf import LazySettings
from django.core.handlers.asgi import ASGIRequest

from chatsite.peer import TrustedPeer
from chatsite.security_headers import is_secure


def client_of(forwarded: list[str]) -> list[object]:
    """The client of a request with these X-Forwarded-For headers, from 10.0.0.1."""
    seen: list[list[object]] = []

    async def application(scope, receive, send) -> None:
        seen.append(scope["client"])

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": ["10.0.0.1", 1234], "headers": headers}
    async_to_sync(TrustedPeer(application))(scope, None, None)
    return seen[0]


def test_without_proxies_the_header_is_not_believed(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert client_of(["1.1.1.1"]) == ["10.0.0.1", 1234]


def test_behind_one_proxy_the_last_address_counts(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client_of(["6.6.6.6, 1.1.1.1"]) == ["1.1.1.1", 0]


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8::4711", "2001:db8::4711"),
        ("::1", "::1"),
        ("unknown", "unknown"),
    ],
)
def test_the_port_that_some_proxies_write_is_no_part_of_the_address(
    settings: LazySettings, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client_of([f"6.6.6.6, {forwarded}"]) == [address, 0]


def test_behind_two_proxies_the_last_but_one_counts(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 2
    assert client_of(["6.6.6.6", "1.1.1.1, 10.0.0.2"]) == ["1.1.1.1", 0]


def test_a_chain_shorter_than_the_proxies_is_not_believed(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 2
    assert client_of(["6.6.6.6"]) == ["10.0.0.1", 1234]


@pytest.mark.parametrize("protocol", ["https", "HTTPS", "Https, http"])
def test_a_protocol_is_the_same_in_capitals(settings: LazySettings, protocol: str) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    seen: list[bool] = []

    async def application(scope, receive, send) -> None:
        asked = ASGIRequest(scope, BytesIO())
        seen.extend([asked.is_secure(), is_secure(scope)])

    headers = [(b"x-forwarded-proto", protocol.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    async_to_sync(TrustedPeer(application))(scope, None, None)
    assert seen == [True, True]
