"""Checks the address and the headers of a server, and lists which of its values are secret."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]+")
# Shorter values ("1", "true") would be cut out of every message for no gain.
SHORTEST_SECRET = 6


class BadAddress(ValueError):
    """An address that cannot be used; ``code`` is incomplete, not_http, login or query."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_base_url(base_url: str) -> str:
    """Return the address without a slash at its end. Raises BadAddress.

    It may hold no login and no query, where keys would be: addresses are shown and logged.
    """
    try:
        parts = urlsplit(base_url.strip())
        # A host that the standard library and httpx read differently could pass one check only.
        same_host = httpx.URL(base_url.strip()).host == (parts.hostname or "").lower()
        # Resolving a name fails in the same way if a part of it is empty or too long.
        (parts.hostname or "").encode("idna")
        valid = same_host and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        valid = False
    if not valid:
        raise BadAddress(
            "incomplete", "The address must be a complete URL, such as https://example.org/v1."
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddress(
            "not_http", "The address must begin with http:// or https:// and name a host."
        )
    if parts.username or parts.password or "@" in parts.netloc:
        raise BadAddress("login", "The address must not contain a user name or a password.")
    if parts.query or parts.fragment:
        raise BadAddress("query", "The address must not contain a query or a fragment.")
    return base_url.strip().rstrip("/")


def check_header(name: str, value: str) -> None:
    """Raise ValueError for an invalid header, without repeating its value."""
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"The header {name!r} must be printable ASCII.")


def secrets_in(
    api_key: str | None, headers: Mapping[str, str] | None, proxy: str | None
) -> tuple[str, ...]:
    """Return every value that must never be shown, the longest first."""
    proxy_password = urlsplit(proxy).password if proxy else None
    values = [api_key, proxy_password, *(headers or {}).values()]
    return tuple(
        sorted({value for value in values if value and len(value) >= SHORTEST_SECRET}, key=len)[
            ::-1
        ]
    )
