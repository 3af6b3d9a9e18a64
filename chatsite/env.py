"""Settings from the environment: NAME, or NAME_FILE for the contents of a file.

A value that cannot be used raises `ImproperlyConfigured` with the setting's name and what to do.
An empty value counts as absent, because compose files and unit files often set empty ones.
"""

import os
from pathlib import Path
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
# Files of the time zone database that are no zones of a place: whatever this machine has, and none.
_NAMELESS_ZONES = {"localtime", "Factory"}


def env_str(name: str, default: str = "", *, choices: tuple[str, ...] = ()) -> str:
    """The setting as text, without surrounding white space; one of `choices` if there are any."""
    value = _read(name) or default
    if choices and value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to one of: {', '.join(choices)}.")
    return value


def env_bool(name: str, default: bool) -> bool:
    """The setting as a boolean: on/off, yes/no, true/false or 1/0."""
    value = _read(name).lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to on or off.")
    return value in _TRUE


def env_int(name: str, default: int, *, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
    """The setting as a whole number between `minimum` and `maximum`, both included."""
    value = _read(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Set it to a whole number from {minimum} to {maximum}."
        )
    return int(value)


def env_zone(name: str, default: str) -> str:
    """The setting as the name of a time zone, which pages show after times."""
    value = env_str(name, default)
    if value not in available_timezones() - _NAMELESS_ZONES:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Set it to the name of a time zone such as Europe/Berlin."
        )
    return value


def env_list(name: str, default: str = "") -> list[str]:
    """The setting as a list, split at commas and lines; empty items are left out."""
    items = env_str(name, default).replace("\n", ",").split(",")
    return [item.strip() for item in items if item.strip()]


def _read(name: str) -> str:
    value = os.environ.get(name, "").strip()
    file_name = os.environ.get(f"{name}_FILE", "").strip()
    if value and file_name:
        raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Keep one of them.")
    if not file_name:
        return value
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file_name!r}, which cannot be read: {error}. "
            "Name a readable text file."
        ) from error
