"""System checks of what would otherwise fail later without a message."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.db import connection
from packaging.version import Version

# The first releases without a known vulnerability that would affect this site.
MINIMUM_VERSIONS = {
    "django": Version("5.2.14"),  # body limits bypassed under ASGI before it
    "daphne": Version("4.2.2"),  # websocket messages of any size before it
    "channels": Version("4.3"),
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
def shared_channel_layer(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn if a database for many processes is used with a channel layer for one."""
    if connection.vendor == "sqlite" or settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "Without REDIS_URL, processes find each other's answers only by polling.",
            hint="Set REDIS_URL if more than one process serves this database.",
            id="chatsite.W001",
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
    """Refuse a SECRET_KEY that could be guessed and used to forge sessions."""
    if len(settings.SECRET_KEY) >= SHORTEST_SECRET_KEY:
        return []
    return [
        Error(
            f"SECRET_KEY has fewer than {SHORTEST_SECRET_KEY} characters.",
            hint="Remove it, and the site makes one; or: head -c 32 /dev/urandom | base64",
            id="chatsite.E004",
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
