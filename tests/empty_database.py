"""A database without content, made once: the migrations take four seconds, and every worker and
every site of the tests begins with one."""

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.made_once import ROOT, made_once, own_environment

FILE_NAME = "parley.sqlite3"
# The same on the PostgreSQL server that `tests/on_postgres.py` starts.
ON_POSTGRES = "empty"


@cache
def empty_database() -> Path:
    """The file of a migrated database, to be copied."""
    return made_once("empty", sources(), _make)


def sources() -> list[Path]:
    """The files that a migrated database depends on."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    return [*migrations, ROOT / "chatsite/settings.py", ROOT / "requirements/base.txt"]


def _make(file: Path) -> None:
    with tempfile.TemporaryDirectory(dir=file.parent) as place:
        environment = own_environment(DATA_DIR=place)
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        Path(place, FILE_NAME).rename(file)
