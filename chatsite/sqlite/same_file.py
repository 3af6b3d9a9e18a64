"""The file of a database, which has to stay the one that a process opened first.

SQLite goes on writing to a file that was removed or replaced, and makes a new and empty one for the
next connection: what is stored then is lost with the process, though all seems well. The rule is
that nothing is written to a file that is not in its place.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.db.utils import OperationalError

NOT_IN_PLACE = "the database file is not in its place"

_Identity = tuple[int, int]
_opened: dict[Path, _Identity] = {}


def check(path: Path) -> None:
    """Raise if this process has opened another file of that name, or one that is gone."""
    first = _opened.get(path)
    if first is not None and _identity(path) != first:
        raise OperationalError(NOT_IN_PLACE)


def make_private(path: Path) -> None:
    """Make the file, if there is none, so that its owner alone can read it.

    SQLite gives the files beside it the same mode. What cannot be made SQLite reports itself.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def remember(path: Path) -> None:
    """Keep which file it is that was opened, unless one of that name was before."""
    found = _identity(path)
    if found is not None:
        _opened.setdefault(path, found)


def _identity(path: Path) -> _Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
