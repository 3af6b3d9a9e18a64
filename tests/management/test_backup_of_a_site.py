"""`manage.py backup` and `restore` beside a site: under load, on a full disk, and refusals."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from conversations.management.backups import archive
from conversations.management.backups.contents import Contents
from tests import postgres
from tests.bench.backup import run_on
from tests.bench.load import Load
from tests.bench.process import ROOT
from tests.bench.site import free_port, migrate_quickly
from tests.management.test_full_disk import filled, small_disk
from tests.management.test_serve import line, serving

__all__ = ["small_disk"]
pytestmark = pytest.mark.long

_NEEDS = pytest.mark.skipif(postgres.missing() != "", reason=postgres.missing())
STORES = ["sqlite", pytest.param("postgresql", marks=_NEEDS)]
_NEWER = """
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
MigrationRecorder(connection).record_applied("conversations", "9000_of_tomorrow")
"""

_MADE_BY_NEWER = """
from django.core.management import call_command
from conversations.management import release
from conversations.management.commands import backup
release.known_migration = backup.last_migration = lambda: "9000_of_tomorrow"
call_command("backup", {file!r})
"""


@pytest.fixture(params=STORES)
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of a site with an empty database, on either store."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgres_site")
        return
    migrate_quickly(tmp_path)
    yield on_sqlite(tmp_path)


def on_sqlite(place: Path) -> dict[str, str]:
    """The settings of a site with its data in that folder."""
    settings = {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "LOCAL_MODEL": "off"}
    return os.environ | settings | {"DATA_DIR": str(place)}


def manage(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The status and the last line of a command of `manage.py`."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, (done.stderr + done.stdout).strip().splitlines()[-1]


@pytest.mark.parametrize("store", STORES)
def test_a_backup_under_load_is_restored_with_each_answer(store: str) -> None:
    outcome = run_on(store, Load(streams=6, rate=25, seconds=1), filled=3)
    assert outcome.faults == []
    assert outcome.interrupted == 6


def test_nothing_is_replaced_that_is_used_unless_told_or_by_an_older_release(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.zip")
    assert manage(environment, "backup", file)[0] == 0
    status, said = manage(environment, "restore", file)
    assert (status, "add --replace" in said) == (1, True)
    variables = environment | {"HOST": "127.0.0.1"}
    with serving(tmp_path, free_port(), **_settings(variables)) as process:
        line(process, "administrator")
        status, said = manage(environment, "restore", "--replace", file)
        assert status == 1
        assert f"A site serves this database: process {process.pid} on " in said
    assert manage(environment, "restore", "--replace", file)[0] == 0
    assert manage(environment, "shell", "-c", _NEWER)[0] == 0
    assert "migrated by a newer release" in manage(environment, "backup", file)[1]


def test_a_backup_of_a_newer_release_is_refused(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.zip")
    code = _MADE_BY_NEWER.format(file=file)
    assert manage(environment, "shell", "-c", code)[0] == 0
    status, said = manage(environment, "restore", "--replace", file)
    assert (status, "was made by a newer release (" in said) == (1, True)


def test_what_postgresql_cannot_read_changes_nothing(
    postgres_site: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    assert manage(postgres_site, "backup", str(file))[0] == 0
    with archive.opened(file) as opened:
        source, dump = opened.manifest.source, b"".join(opened.pieces())
    half = tmp_path / "half.zip"

    def first_half(to: Any) -> Contents:
        # An intact archive of a dump that pg_dump has not finished.
        to.write(dump[: len(dump) // 2])
        return {}

    archive.write(half, source, first_half)
    status, said = manage(postgres_site, "restore", "--replace", str(half))
    assert (status, said.endswith(". Nothing was restored.")) == (1, True)
    before = rows_of(file)
    assert manage(postgres_site, "backup", str(file))[0] == 0
    assert rows_of(file) == before


def test_a_long_backup_is_no_transaction_that_is_idle_too_long(
    postgres_site: dict[str, str], tmp_path: Path
) -> None:
    soon = quote("-c idle_in_transaction_session_timeout=10ms")
    url = f"{postgres_site['DATABASE_URL']}?options={soon}"
    environment = {**postgres_site, "DATABASE_URL": url}
    assert manage(environment, "backup", str(tmp_path / "backup.zip"))[0] == 0


def rows_of(file: Path) -> Contents:
    """The contents of a backup."""
    with archive.opened(file) as opened:
        return opened.manifest.tables


def test_a_full_disk_is_told_and_leaves_what_was_there(small_disk: Path) -> None:
    environment = on_sqlite(small_disk)
    file = small_disk / "backup.zip"
    assert manage(environment, "backup", str(file))[0] == 0
    before = file.read_bytes()
    filler = filled(small_disk)
    status, said = manage(environment, "backup", str(file))
    assert status == 1
    assert "full" in said or "No space left" in said
    status, said = manage(environment, "restore", "--replace", str(file))
    assert status == 1
    assert "No space left on device. Nothing was restored." in said
    assert file.read_bytes() == before
    filler.unlink()
    assert {each.name for each in small_disk.glob("*.restoring*")} == set()
    assert manage(environment, "restore", "--replace", str(file))[0] == 0


def _settings(environment: dict[str, str]) -> dict[str, str]:
    wanted = ("DATA_DIR", "DATABASE_URL")
    return {name: environment[name] for name in wanted if name in environment}
