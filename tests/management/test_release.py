"""A database of a newer release is refused before anything is written to it."""

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from conversations.management.release import check_release

pytestmark = pytest.mark.django_db


def test_a_database_of_this_release_is_used() -> None:
    check_release()


def test_a_database_of_a_newer_release_is_refused_with_both_names() -> None:
    MigrationRecorder(connection).record_applied("conversations", "9000_of_tomorrow")
    with pytest.raises(CommandError, match="up to 9000_of_tomorrow; this one knows 0"):
        check_release()
