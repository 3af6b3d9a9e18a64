"""A database without content, made once: the migrations take four seconds, and every worker and
every site of the tests begins with one."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_NAME = "parley.sqlite3"
# The same on the PostgreSQL server that `tests/on_postgres.py` starts.
ON_POSTGRES = "empty"
PLACE = ROOT / ".pytest_cache"


@cache
def empty_database() -> Path:
    """The file of a migrated database, to be copied."""
    PLACE.mkdir(exist_ok=True)
    made = PLACE / f"empty-{fingerprint()}.sqlite3"
    with (PLACE / "empty.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for outdated in PLACE.glob("empty-*.sqlite3"):
                outdated.unlink()
            _make(made)
    return made


def fingerprint() -> str:
    """The things that a database depends on."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    sources = [*migrations, ROOT / "chatsite/settings.py", ROOT / "requirements/base.txt"]
    return hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:16]


def _make(file: Path) -> None:
    with tempfile.TemporaryDirectory(dir=file.parent) as place:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        settings = {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "DATA_DIR": place}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=kept | settings, check=True)
        Path(place, FILE_NAME).rename(file)
