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
    """The newest tag, or the commit before the newest migration; empty if unknown."""
    if tag := _git("describe", "--tags", "--abbrev=0", "--match=v[0-9]*"):
        return tag
    today = _numbers(sorted(each.name for each in (ROOT / _MIGRATIONS).glob("0*.py")))
    for commit in _git("log", "--format=%H", "--", str(_MIGRATIONS)).splitlines():
        before = _numbers(_git("ls-tree", "--name-only", f"{commit}^:{_MIGRATIONS}").splitlines())
        # Where two branches met, two migrations may have had one number for a moment.
        if before and before[-1] < today[-1] and len({*before}) == len(before):
            return f"{commit}^"
    return ""


def _numbers(names: list[str]) -> list[str]:
    return [name[:4] for name in names if name.startswith("0")]


def newest_migration(place: Path) -> str:
    """The name of the last migration of the code in that folder."""
    return max((place / _MIGRATIONS).glob("0*.py")).stem


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
    """The output of git; empty if it fails, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
