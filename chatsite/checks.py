"""System checks of what would otherwise fail later without a message."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.db import connection
from packaging.version import Version

# The first releases without a vulnerability known by November 2026. Those that do not concern this
# site are closed as well: nobody has to prove it to a scanner.
MINIMUM_VERSIONS = {
    # Headers parsed in quadratic time and language codes kept for ever (5.2.18); body limits
    # bypassed under ASGI (5.2.14); requests by GDAL, which is not used here (5.2.19).
    "django": Version("5.2.19"),
    # Websocket messages of any size, and headers smuggled into an upgrade.
    "daphne": Version("4.2.2"),
    "channels": Version("4.3"),
    # Failed sign-ins counted apart for each accent of a name (CVE-2026-97764).
    "django-allauth": Version("65.19.4"),
    # The identity tokens of OpenID Connect: `crit` ignored (2.12), tokens read without their
    # signature (2.15).
    "pyjwt": Version("2.15.0"),
    # A proxy's netrc and redirects, for OpenID Connect.
    "requests": Version("2.33.0"),
    # Control characters in the headers of answers (3.13.4), and some twenty more until 3.14.3.
    "aiohttp": Version("3.14.3"),
    # Buffers that are not contiguous (46.0.7); curves, names and PKCS#7, not used here (50.0).
    "cryptography": Version("50.0.0"),
    # Host names encoded in quadratic time, of anybody's Origin header.
    "idna": Version("3.14"),
    # Names of DNS unpacked without bound; not used here.
    "twisted": Version("26.4.0"),
}
# Django advises 50; a key of 16 random characters cannot be guessed either.
SHORTEST_SECRET_KEY = 16
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"}


@register
def known_vulnerabilities(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse packages that lack a security fix."""
    return [
        Error(
            f"{name} {version(name)} has a known vulnerability.",
            hint=f"Install {name} {minimum} or newer: `pip install -r requirements/base.txt`.",
            id="chatsite.E002",
        )
        for name, minimum in MINIMUM_VERSIONS.items()
        if Version(version(name)) < minimum
    ]


@register
def wakeups_between_processes(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn if a database for many processes is used without what wakes their pages."""
    if connection.vendor == "sqlite" or settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "Without REDIS_URL, pages hear of another process's changes up to 3 seconds later.",
            hint="Set REDIS_URL if more than one process serves this database.",
            id="chatsite.W001",
        )
    ]


@register
def counted_proxies(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn about an address over TLS without the proxy that it needs: this process has none."""
    if not settings.SERVED_OVER_TLS or settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Warning(
            "SITE_URL begins with https, and TRUSTED_PROXIES is 0: all clients count as one.",
            hint="Set TRUSTED_PROXIES to the number of proxies; each adds to X-Forwarded-For.",
            id="chatsite.W002",
        )
    ]


@register
def local_file_system(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse an SQLite file on a network file system, where its locks do not work."""
    if connection.vendor != "sqlite":
        return []
    kind = file_system_of(os.path.realpath(settings.DATA_DIR), _mounts())
    if kind not in _NETWORK_FILE_SYSTEMS:
        return []
    return [
        Error(
            f"DATA_DIR lies on a network file system ({kind}), where SQLite loses data.",
            hint="Set DATA_DIR to a local disk, or DATABASE_URL to a PostgreSQL server.",
            id="chatsite.E003",
        )
    ]


@register
def long_secret_key(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse a secret that could be guessed: a key that signs sessions, the token of /metrics."""
    keys = {
        "SECRET_KEY": [settings.SECRET_KEY],
        "SECRET_KEY_FALLBACKS": settings.SECRET_KEY_FALLBACKS,
        "METRICS_TOKEN": [settings.METRICS_TOKEN] if settings.METRICS_TOKEN else [],
    }
    return [
        Error(
            f"{name} has fewer than {SHORTEST_SECRET_KEY} characters.",
            hint="Remove it, or make one with: head -c 32 /dev/urandom | base64",
            id="chatsite.E004",
        )
        for name, values in keys.items()
        if any(len(each) < SHORTEST_SECRET_KEY for each in values)
    ]


@register
def javascript_engine(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn if the package with V8 is missing or has no library for this machine."""
    package = find_spec("py_mini_racer")
    folder = Path(package.origin).parent if package and package.origin else None
    if folder and any(folder.glob("*mini_racer.[sd]*")):
        return []
    return [
        checks.Warning(
            "V8 is not installed, so shared pages show texts as they were written.",
            hint="Install mini-racer: `pip install -r requirements/base.txt`.",
            id="chatsite.W003",
        )
    ]


def file_system_of(path: str, mounts: list[tuple[str, str]]) -> str:
    """The kind of file system of `path`, from pairs of mount point and kind."""
    holding = [
        (point, kind) for point, kind in mounts if os.path.commonpath([point, path]) == point
    ]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]


def _mounts() -> list[tuple[str, str]]:
    try:
        with Path("/proc/mounts").open(encoding="utf-8") as file:
            return [(fields[1], fields[2]) for fields in map(str.split, file)]
    except OSError:
        return []  # Only Linux lists its mounts there.
