"""Static files that are collected already are not collected again."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import LazySettings

from chatsite import collected


@pytest.fixture
def root(tmp_path: Path, collected_static: None, settings: LazySettings) -> Path:
    """A copy of the collected files, which the site serves."""
    copied = shutil.copytree(settings.STATIC_ROOT, tmp_path / "static")
    settings.STATIC_ROOT = copied
    return copied


def test_what_was_collected_is_complete(root: Path) -> None:
    assert collected.is_complete()


def test_a_folder_without_files_is_not(tmp_path: Path, settings: LazySettings) -> None:
    settings.STATIC_ROOT = tmp_path / "none"
    assert not collected.is_complete()


def test_a_file_that_was_removed_is_collected_again(root: Path) -> None:
    hashed = json.loads((root / "staticfiles.json").read_text())["paths"]
    (root / hashed["css/pages/conversation.css"]).unlink()
    assert not collected.is_complete()


def test_a_source_that_has_changed_is_collected_again(
    root: Path, tmp_path: Path, settings: LazySettings
) -> None:
    settings.STATICFILES_FINDERS = [
        *settings.STATICFILES_FINDERS,
        "django.contrib.staticfiles.finders.FileSystemFinder",
    ]
    settings.STATICFILES_DIRS = [tmp_path / "more"]
    (tmp_path / "more").mkdir()
    assert collected.is_complete()
    (tmp_path / "more" / "new.css").write_text("p { color: red }")
    assert not collected.is_complete()
