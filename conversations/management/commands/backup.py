"""`manage.py backup FILE`: one file with all that the database has, made while the site runs."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from conversations.management.backups import archive
from conversations.management.backups.archive import Manifest, Source
from conversations.management.backups.contents import rows_in
from conversations.management.backups.stores import store
from conversations.management.release import check_release, last_migration, release

# Answers that run on the same machine come before it.
_NICENESS = 10


class Command(BaseCommand):
    """Copies the database as it is at one moment, and reads the copy again."""

    help = "Make a backup of the database in FILE. The site may run meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE is replaced if it exists, as soon as the new backup is complete."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and print what has to be kept besides."""
        check_release()
        if store().is_empty():
            raise CommandError("There is no site in this database yet: there is nothing to keep.")
        os.nice(_NICENESS)
        path: Path = options["file"].absolute()
        self.stdout.write(_words(path, _written(path)))


def _written(path: Path) -> Manifest:
    source = Source(
        made_at=timezone.now().isoformat(timespec="seconds"),
        release=release(),
        migration=last_migration(),
        store=connection.vendor,
    )
    if not path.parent.is_dir():
        raise CommandError(f"{path.parent} is no folder. Make it, or name another file.")
    if path.exists() and not path.is_file():
        raise CommandError(f"{path} is no file. Name another one.")
    with _place(path) as place:
        return archive.write(path, source, lambda file: store().copy_to(file, Path(place)))


def _place(path: Path) -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def _words(path: Path, manifest: Manifest) -> str:
    tables = manifest.tables
    return (
        f"{path}: {len(tables)} tables with {rows_in(tables)} rows, {path.stat().st_size} bytes, "
        "read again and found right.\n"
        "Keep besides, in another place: ENCRYPTION_KEY and SECRET_KEY, which are in the files "
        f"encryption_key and secret_key of {settings.DATA_DIR} where no setting has them."
    )
