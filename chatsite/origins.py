"""Origins in the sense of RFC 6454: scheme, host and port, compared as one.

The host is written as browsers send it, whatever its spelling in a setting: in lower case, in ASCII
(`bücher.example` is `xn--bcher-kva.example`, UTS 46), without a dot at its end, an IPv6 address in
its shortest form.
"""

import ipaddress
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

_DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253  # RFC 1035, without its last dot


def origin(url: str) -> str:
    """The origin of an http(s) URL as browsers write it, without a default port.

    Raises ValueError if it has none: another scheme, no host, `null`.
    """
    if urlsplit(url.strip()).scheme not in _DEFAULT_PORTS:
        raise ValueError(f"{url!r} has no http origin")
    return origin_of_any_scheme(url)


def origin_of_any_scheme(url: str) -> str:
    """The origin of a page of the web, a browser extension or a desktop app, which have schemes of
    their own: `chrome-extension://…`, `app://obsidian.md`, `tauri://localhost`.

    Raises ValueError if it has none. `null` is no origin: any page can have that one.
    """
    parts = urlsplit(url.strip())
    if not parts.scheme or not parts.hostname:
        raise ValueError(f"{url!r} has no origin")
    name = parts.hostname
    if parts.scheme in _DEFAULT_PORTS:
        name = _as_browsers_write(name)
    name = f"[{name}]" if ":" in name else name
    if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)):
        return f"{parts.scheme}://{name}"
    return f"{parts.scheme}://{name}:{parts.port}"


def _as_browsers_write(name: str) -> str:
    if ":" in name:
        return str(ipaddress.IPv6Address(name))
    if len(name) > LONGEST_HOST + 1:
        raise ValueError("the host is too long")
    try:
        return idna.encode(name.rstrip("."), uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"{name!r} is no host name: {error}") from error


def host(origin_url: str) -> str:
    """The host of an origin as `ALLOWED_HOSTS` wants it: no port, IPv6 in brackets."""
    name = urlsplit(origin_url).hostname or ""
    return f"[{name}]" if ":" in name else name


def site_origins(urls: list[str]) -> tuple[str, ...]:
    """The origins of SITE_URL, first the canonical one."""
    return _origins("SITE_URL", urls, _site_origin)


def _site_origin(url: str) -> str:
    found = origin(url)
    if extra := _beyond_origin(urlsplit(url.strip())):
        raise ValueError(f"{found} has {extra}, but the site is served at the root of its host")
    return found


def _beyond_origin(parts: SplitResult) -> str:
    if parts.username is not None or parts.password is not None:
        return "a user name"
    if parts.path not in {"", "/"}:
        return "a path"
    return "a query" if parts.query or parts.fragment else ""


def api_origins(urls: list[str]) -> tuple[str, ...]:
    """The origins of API_ALLOWED_ORIGINS, whose pages may use the API from a browser."""
    return _origins("API_ALLOWED_ORIGINS", urls, origin_of_any_scheme)


def _origins(setting: str, urls: list[str], read: Callable[[str], str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(map(read, urls)))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{setting}: {error}. Set it to one or more addresses such as https://chat.example.org."
        ) from error
