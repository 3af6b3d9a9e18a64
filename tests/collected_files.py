"""The static files of sites that run beside the tests, collected once: each of their starts would
take a second of the processor for it."""

import fcntl
import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import rmtree

ROOT = Path(__file__).resolve().parent.parent
_PLACE = ROOT / ".pytest_cache"


@cache
def collected_files() -> Path:
    """The folder, in which a site that starts writes nothing."""
    _PLACE.mkdir(exist_ok=True)
    made = _PLACE / f"collected-{_fingerprint()}"
    with (_PLACE / "collected.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for outdated in _PLACE.glob("collected-*/"):
                rmtree(outdated)
            _make(made)
    return made


def _fingerprint() -> str:
    """The things that the files depend on."""
    folders = [ROOT / "static", ROOT / "build/static"]
    sources = [each for folder in folders for each in sorted(folder.rglob("*")) if each.is_file()]
    sources += [ROOT / "chatsite/storage.py", ROOT / "chatsite/collected.py"]
    sources += [ROOT / "package-lock.json", ROOT / "requirements/base.txt"]
    return hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:16]


def _make(folder: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        "DATA_DIR": str(_PLACE / "data"),
        "STATIC_ROOT": f"{folder}.part",
    }
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=kept | settings, check=True)
    Path(f"{folder}.part").rename(folder)
