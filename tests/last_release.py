"""The code of the last release, from the history of the repository."""

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.bench.process import ROOT

_MIGRATIONS = Path("conversations/migrations")


@pytest.fixture
def last_release() -> Iterator[Path]:
    """The folder of its code, which runs with the packages of today."""
    commit = _commit()
    if not commit:
        pytest.skip("The history is not here: clone the repository without --depth.")
    with unpacked(commit) as place:
        yield place


def _commit() -> str:
    """The newest tag, or the commit before that of the newest migration; empty if unknown."""
    if tag := _git("describe", "--tags", "--abbrev=0", "--match=v[0-9]*"):
        return tag
    newest = max((ROOT / _MIGRATIONS).glob("0*.py")).name
    added = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", str(_MIGRATIONS / newest))
    # One that is not committed yet comes after the last commit.
    return _git("rev-parse", "--verify", f"{added}^" if added else "HEAD")


@contextmanager
def unpacked(commit: str) -> Iterator[Path]:
    """A folder with the files of a commit, and with the packages of today."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    with TemporaryDirectory(prefix="parley-release-") as folder:
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
        place = Path(folder)
        (place / "node_modules").symlink_to(ROOT / "node_modules")
        yield place


def _git(*arguments: str) -> str:
    """What git prints; empty if it fails, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
