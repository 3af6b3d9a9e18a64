"""The release of the code and that of the database, compared before the site starts."""

from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

APP = "conversations"


def check_release() -> None:
    """Refuse a database that a newer release has migrated: this code would misread it."""
    loader = MigrationLoader(connection)
    ours = max(name for app, name in loader.disk_migrations if app == APP)
    newer = sorted(name for app, name in loader.applied_migrations if app == APP and name > ours)
    if newer:
        raise CommandError(
            f"The database was migrated by a newer release, up to {newer[-1]}; this one knows "
            f"{ours}. Start the newer release, or restore the backup from before the upgrade."
        )
