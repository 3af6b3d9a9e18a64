"""Browser packages: an allow-list over node_modules, and the import map.

A package file is served as `npm/<package>/<path>` when a pattern in `settings.NPM_FILES` names it.
Own modules are imported as `#js/x.js`. `imports` in package.json resolves that name in Node, for
the bundle and for the type checker; with DEBUG, which serves modules as they are, the import map
does so in the browser.
"""

import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "npm"
# Modules whose addresses a script resolves by itself: a worker starts from a file.
WORKERS = ("js/markdown/highlight_worker.js",)


class _PackageStorage(FileSystemStorage):
    # collectstatic reads this attribute as the folder below STATIC_ROOT.
    prefix = PREFIX


class PackageFinder(BaseFinder):
    """Finds the allowed files of node_modules."""

    def __init__(self, app_names: object = None, *args: object, **kwargs: object) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = _PackageStorage(location=self.root)

    def check(self, **kwargs: object) -> list[CheckMessage]:
        """An error if the packages are not installed."""
        if self.root.is_dir():
            return []
        return [
            Error(
                "The browser packages are not installed.",
                hint="Run `npm ci`, or `make run`, which does it.",
                id="chatsite.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        """The absolute path of `npm/<path>` if it is allowed; an empty list otherwise."""
        package_path = path.removeprefix(f"{PREFIX}/")
        if package_path == path or package_path not in set(self._files()):
            return []
        found = str(self.root / package_path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every allowed file with its storage."""
        for path in self._files():
            yield path, self.storage

    def _files(self) -> Iterator[str]:
        bundled = settings.NPM_BUNDLED.values() if settings.DEBUG else ()
        for pattern in [*settings.NPM_FILES, *bundled]:
            matches = sorted(self.root.glob(pattern))
            if not matches:
                raise ImproperlyConfigured(
                    f"NPM_FILES: nothing in {self.root} matches {pattern!r}. "
                    "Run `npm ci`, or correct the pattern."
                )
            yield from (match.relative_to(self.root).as_posix() for match in matches)


def import_map() -> str:
    """The import map as JSON that is safe inside a script element."""
    return _import_map_now() if settings.DEBUG else _import_map_once()


@functools.cache
def _import_map_once() -> str:
    return _import_map_now()


def _import_map_now() -> str:
    packages = settings.NPM_LATER | (settings.NPM_BUNDLED if settings.DEBUG else {})
    modules = _own_modules() if settings.DEBUG else WORKERS
    urls = {name: f"{PREFIX}/{path}" for name, path in packages.items()}
    urls |= {f"#{path}": path for path in modules}
    imports = {name: staticfiles_storage.url(path) for name, path in urls.items()}
    return json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")


def _own_modules() -> Iterator[str]:
    root = Path(settings.BASE_DIR) / "static"
    for module in sorted((root / "js").rglob("*.js")):
        yield module.relative_to(root).as_posix()
