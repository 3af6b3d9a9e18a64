"""A database file that is removed or replaced while the site runs is written to no more."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from chatsite.databases import database_from_url
from chatsite.machine_faults import fault_of
from tests.chatsite.test_machine_faults import database


def connection_to(path: Path) -> BaseDatabaseWrapper:
    """A connection as each thread of the site has one."""
    entry = {**settings.DATABASES["default"], **database_from_url(f"sqlite:///{path}")}
    return ConnectionHandler({"default": entry})["default"]


def _removed(path: Path) -> None:
    path.unlink()


def _replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("other"))
    path.with_name("other").rename(path)


def _moved_with_its_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("away"))


@pytest.mark.django_db
@pytest.mark.parametrize("lose", [_removed, _replaced, _moved_with_its_folder])
def test_nothing_is_written_to_a_file_that_is_not_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: Callable[[Path], None]
) -> None:
    (tmp_path / "data").mkdir()
    path = database(tmp_path / "data")
    monkeypatch.setitem(settings.DATABASES, "default", database_from_url(f"sqlite:///{path}"))
    first, later = connection_to(path), connection_to(path)
    first.cursor().execute("INSERT INTO one VALUES (1)")
    lose(path)
    for each in (first, later):
        with pytest.raises(OperationalError) as lost:
            each.cursor().execute("INSERT INTO one VALUES (2)")
        fault = fault_of(lost.value)
        assert fault is not None
        assert f"{path} was removed or replaced" in fault.text
    assert lose is _replaced or not path.exists()
    first.close()


@pytest.mark.django_db
def test_a_file_that_is_put_back_is_written_to_again(tmp_path: Path) -> None:
    path = database(tmp_path)
    opened = connection_to(path)
    opened.cursor().execute("INSERT INTO one VALUES (1)")
    path.rename(tmp_path / "away")
    with pytest.raises(OperationalError):
        opened.cursor().execute("INSERT INTO one VALUES (2)")
    (tmp_path / "away").rename(path)
    opened.cursor().execute("INSERT INTO one VALUES (3)")
    assert opened.cursor().execute("SELECT n FROM one").fetchall() == [(1,), (3,)]
    opened.close()


@pytest.mark.django_db
def test_a_new_database_is_read_by_its_owner_alone_and_an_old_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    opened = connection_to(tmp_path / "new.sqlite3")
    opened.cursor().execute("CREATE TABLE one (n)")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("new.sqlite3", "new.sqlite3-wal", "new.sqlite3-shm"), 0o600)
    opened.close()
    (tmp_path / "new.sqlite3").chmod(0o640)
    again = connection_to(tmp_path / "new.sqlite3")
    again.cursor().execute("INSERT INTO one VALUES (1)")
    assert stat.S_IMODE((tmp_path / "new.sqlite3").stat().st_mode) == 0o640
    again.close()
