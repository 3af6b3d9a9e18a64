"""Static files under names that carry a hash of their contents, compressed once."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import File

from chatsite import collected

# The bundle's own hash is in the names of its chunks, by which they import one another.
_CHUNKS = "js/chunks/"
_COMPRESSED = {".css", ".js", ".mjs", ".svg"}


class StaticStorage(ManifestStaticFilesStorage):
    """Hashed names, with references rewritten in style sheets only.

    Django's default patterns also follow `sourceMappingURL`, so a package without its source map
    would fail; the bundle's modules import each other by names that stay.
    """

    patterns = (
        (
            "*.css",
            (
                r"""(?P<matched>url\(\s*["']?(?P<url>.*?)["']?\s*\))""",
                (
                    r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""",
                    """@import url("%(url)s")""",
                ),
            ),
        ),
    )

    def hashed_name(
        self, name: str, content: File | None = None, filename: str | None = None
    ) -> str:
        """The name with a hash of the contents, unless it has one or scripts know it as it is."""
        if name.startswith(_CHUNKS) or name.endswith(".map"):
            return name
        return super().hashed_name(name, content, filename)

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Hash the collected files, and compress each under its hashed name."""
        yield from super().post_process(paths, dry_run, **options)
        for name, hashed in self.hashed_files.items():
            if Path(name).suffix in _COMPRESSED:
                storage, path = paths[name]
                _compress(Path(storage.path(path)), Path(self.path(hashed)))
        if not dry_run:
            collected.note(paths, [self.manifest_name, *self.hashed_files.values()])


def _compress(source: Path, target: Path) -> None:
    """Write what is sent of a file, unless it is there: its name changes with its contents."""
    for kind in (".br", ".gz"):
        compressed = target.with_name(target.name + kind)
        built = source.with_name(source.name + kind)
        if compressed.exists():
            continue
        if built.exists():
            shutil.copyfile(built, compressed)
        elif kind == ".gz":
            # Not the highest level: a hundred files of the administration, at each new version.
            compressed.write_bytes(gzip.compress(target.read_bytes(), 6, mtime=0))
