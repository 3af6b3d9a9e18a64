"""The bundle: what `bundle.js` builds from `static/`, for browsers and for V8 on the server.

A start builds it again when a source has changed, so that nobody who edits one, changes the branch
or unpacks a new version over an old one is served scripts that do not fit the templates.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import get_files
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management.base import CommandError

_PROGRAM = "bundle.js"
# They go with their file, under its hashed name.
_COMPRESSED = ["*.br", "*.gz"]

_OUT_OF_DATE = "The scripts and styles in build/ do not fit those in static/"
_ADVICE = "Run `make npm` as the owner of these files."


class BundleFailed(CommandError):
    """The bundle is out of date and cannot be built here."""


def refresh() -> None:
    """Build the bundle unless it is up to date. Raises `BundleFailed`."""
    if _is_fresh():
        return
    try:
        _folder().mkdir(exist_ok=True)
        # Processes that start at the same time, as those of the tests do, build it once.
        with (_folder() / "bundle.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_fresh():
                _build()
    except PermissionError as error:
        raise BundleFailed(
            f"{_OUT_OF_DATE}, and cannot be built again: {error}. {_ADVICE}"
        ) from error


def server_script(name: str) -> str:
    """The script that the server runs in V8: the one of this name in `SERVER` of `bundle.js`."""
    refresh()
    return (_folder() / "server" / f"{name}.js").read_text()


class Finder(BaseFinder):
    """Finds the files of the bundle, which it builds before they are collected."""

    def __init__(self, app_names: object = None, *args: object, **kwargs: object) -> None:
        self.storage = FileSystemStorage(location=_folder() / "static")

    def check(self, **kwargs: object) -> list[CheckMessage]:
        """No errors: what is missing is built."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        """The absolute path of a file of the bundle; an empty list otherwise."""
        if not self.storage.exists(path):
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every file with its storage."""
        refresh()
        for path in get_files(self.storage, [*(ignore_patterns or []), *_COMPRESSED]):
            yield path, self.storage


def _folder() -> Path:
    return settings.BASE_DIR / "build"


def _is_fresh() -> bool:
    try:
        built_from = json.loads((_folder() / "sources.json").read_text())
    except (FileNotFoundError, ValueError):
        return False
    root = settings.BASE_DIR
    present = {path.relative_to(root).as_posix() for path in _sources()}
    return present == set(built_from) and all(
        _hash(root / path) == digest for path, digest in built_from.items()
    )


def _sources() -> list[Path]:
    root = settings.BASE_DIR
    files = [path for path in (root / "static").rglob("*") if path.is_file()]
    return [*files, root / _PROGRAM, root / "package-lock.json"]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _build() -> None:
    # `make` has put a Node from PyPI beside Python where there was none.
    node = shutil.which("node", path=Path(sys.executable).parent) or shutil.which("node")
    if node is None:
        raise BundleFailed(f"{_OUT_OF_DATE}, and there is no Node to build them again. {_ADVICE}")
    built = subprocess.run(
        [node, _PROGRAM], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    if built.returncode:
        raise BundleFailed(f"The scripts and styles cannot be built.\n{built.stderr.strip()}")
