"""A database of a newer release is refused before anything is written to it."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from conversations.management.release import check_release, release

pytestmark = pytest.mark.django_db


def test_a_database_of_this_release_is_used() -> None:
    check_release()


def test_a_database_of_a_newer_release_is_refused_with_both_names() -> None:
    MigrationRecorder(connection).record_applied("conversations", "9000_of_tomorrow")
    with pytest.raises(CommandError, match="up to 9000_of_tomorrow; this one knows 0"):
        check_release()


def test_its_number_is_in_a_file_that_the_image_has_as_well() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", release())
    dockerfile = (Path(__file__).resolve().parents[2] / "Dockerfile").read_text()
    assert re.search(r"^COPY [^-].*\bpyproject\.toml\b", dockerfile, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("purge",),
        ("rotate_keys", "--check"),
        ("rotate_keys", "--forget"),
        ("invite", "zoe@example.org"),
        ("create_api_key", "--name", "k", "zoe"),
        ("createsuperuser", "--noinput", "--username", "zoe", "--email", "zoe@example.org"),
    ],
)
def test_no_command_works_on_such_a_database(arguments: tuple[str, ...]) -> None:
    MigrationRecorder(connection).record_applied("conversations", "9000_of_tomorrow")
    with pytest.raises(CommandError, match="by a newer release"):
        call_command(*arguments)
