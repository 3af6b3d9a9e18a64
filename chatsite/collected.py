"""The collected static files, which are made once for a version of the site.

A start whose files are there already writes none: the folder may be on a read-only disk, as it is
in the container, and processes that serve from one folder leave each other's files alone.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

_LIST = "collected.json"
# They decide what is made of a source.
_PROGRAMS = [Path(__file__).with_name("storage.py"), Path(django.__file__)]


def note(sources: dict[str, Any], files: list[str]) -> None:
    """Write down the sources that were collected, and the files that were made of them."""
    collected = {"sources": _digest(sources), "files": files}
    (settings.STATIC_ROOT / _LIST).write_text(json.dumps(collected))


def is_complete() -> bool:
    """True if STATIC_ROOT has all that would be collected now."""
    try:
        collected = json.loads((settings.STATIC_ROOT / _LIST).read_text())
    except (OSError, ValueError):
        return False
    return collected["sources"] == _digest(_sources()) and all(
        (settings.STATIC_ROOT / name).exists() for name in collected["files"]
    )


def _sources() -> dict[str, Any]:
    """The files that `collectstatic` would collect: the storage and the path of each name."""
    ignored = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
    found: dict[str, Any] = {}
    for finder in get_finders():
        for path, storage in finder.list(ignored):
            name = os.path.join(getattr(storage, "prefix", None) or "", path)  # noqa: PTH118
            found.setdefault(name, (storage, path))
    return found


def _digest(sources: dict[str, Any]) -> str:
    total = hashlib.sha256(b"".join(each.read_bytes() for each in _PROGRAMS))
    for name, (storage, path) in sorted(sources.items()):
        content = hashlib.sha256(Path(storage.path(path)).read_bytes())
        total.update(f"{name} {content.hexdigest()}\n".encode())
    return total.hexdigest()
