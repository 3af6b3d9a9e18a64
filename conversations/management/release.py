"""The release of the code and that of the database, compared before the site starts."""

import tomllib

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

APP = "conversations"


def check_release() -> None:
    """Refuse a database that a newer release has migrated: this code would misread it."""
    ours, theirs = known_migration(), last_migration()
    if theirs > ours:
        raise CommandError(
            f"The database was migrated by a newer release, up to {theirs}; this one knows "
            f"{ours}. Start the newer release, or restore the backup from before the upgrade."
        )


def release() -> str:
    """The number of this release."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return str(tomllib.loads(text)["project"]["version"])


def known_migration() -> str:
    """The last migration of this release."""
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return max(name for app, name in disk if app == APP)


def last_migration() -> str:
    """The last migration that was applied to the database; empty if none was."""
    applied = MigrationRecorder(connection).applied_migrations()
    return max((name for app, name in applied if app == APP), default="")
