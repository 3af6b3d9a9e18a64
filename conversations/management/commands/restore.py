"""`manage.py restore FILE`: puts a backup in the place of the database of a site that is ended."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections

from conversations.database.process_locks import Taken
from conversations.generation.processes import Membership
from conversations.management.backups.archive import Manifest, opened
from conversations.management.backups.contents import rows_in
from conversations.management.backups.stores import store
from conversations.management.release import known_migration, release

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Command(BaseCommand):
    """Checks a backup, restores it, and checks what was restored."""

    help = "Restore the backup FILE into the database, which has to be empty, of an ended site."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--replace`` allows a database that has contents, which are lost."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--replace", action="store_true", help="Replace what the database has now."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it, or say in one sentence why not."""
        path: Path = options["file"].absolute()
        try:
            with opened(path) as archive, Membership().alone():
                _check(path, archive.manifest)
                if not (options["replace"] or store().is_empty()):
                    raise CommandError(
                        "The database has contents. Name an empty one with DATABASE_URL or "
                        "DATA_DIR, or add --replace, which removes them."
                    )
                # SQLite's file is about to be another one.
                connections.close_all()
                store().replace(archive)
        except Taken as process:
            raise CommandError(f"A site serves this database: {process}. End it first.") from None
        self.stdout.write(_words(path, archive.manifest))


def _check(path: Path, manifest: Manifest) -> None:
    source = manifest.source
    if source.store != connection.vendor:
        raise CommandError(
            f"{path} is a backup of {_NAMES[source.store]}, and this database is "
            f"{_NAMES[connection.vendor]}. DATABASE_URL names it."
        )
    if source.migration > known_migration():
        raise CommandError(
            f"{path} was made by a newer release ({source.release}, {source.migration}); this one "
            f"({release()}) knows {known_migration()}. Restore it with that release."
        )


def _words(path: Path, manifest: Manifest) -> str:
    tables = manifest.tables
    return (
        f"Restored {path} of {manifest.source.made_at}: {len(tables)} tables with "
        f"{rows_in(tables)} rows, equal to the backup. Put ENCRYPTION_KEY and SECRET_KEY of then "
        "back, if they are others now, and start the site."
    )
