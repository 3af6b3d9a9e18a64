"""Origins in the sense of RFC 6454: scheme, host and port, compared as one."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_DEFAULT_PORTS = {"http": 80, "https": 443}


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
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{parts.port}"


def host(origin_url: str) -> str:
    """The host of an origin as `ALLOWED_HOSTS` wants it: no port, IPv6 in brackets."""
    name = urlsplit(origin_url).hostname or ""
    return f"[{name}]" if ":" in name else name


def site_origins(urls: list[str]) -> tuple[str, ...]:
    """The origins of SITE_URL, first the canonical one."""
    return _origins("SITE_URL", urls, origin)


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
