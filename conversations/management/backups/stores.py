"""The module that copies and replaces the site's database."""

from pathlib import Path
from typing import Any, Protocol, cast

from django.db import connection

from conversations.management.backups import postgres, sqlite
from conversations.management.backups.archive import Archive
from conversations.management.backups.contents import Contents


class Store(Protocol):
    """A database that can be copied and replaced."""

    def copy_to(self, file: Any, place: Path) -> Contents:
        """Write a copy of the database; return the contents of its moment."""

    def replace(self, archive: Archive) -> None:
        """Put the copy in the place of the database."""

    def is_empty(self) -> bool:
        """True if there is no table in the database."""


def store() -> Store:
    """The site's own."""
    return cast("Store", postgres if connection.vendor == "postgresql" else sqlite)
