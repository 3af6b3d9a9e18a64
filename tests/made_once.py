"""Files that take seconds to make are made once, for all workers and all sites of the tests."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import rmtree

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".pytest_cache"


def made_once(name: str, sources: Iterable[Path], make: Callable[[Path], None]) -> Path:
    """The file or the folder that ``make`` made of the sources as they are now."""
    PLACE.mkdir(exist_ok=True)
    made = PLACE / f"{name}-{_fingerprint(sources)}"
    with (PLACE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for outdated in PLACE.glob(f"{name}-*"):
                _remove(outdated)
            part = Path(f"{made}.part")
            make(part)
            part.rename(made)
    return made


def own_environment(**settings: str) -> dict[str, str]:
    """The environment of a program with these settings and none of the tests' own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"} | settings


def _fingerprint(sources: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:16]


def _remove(made: Path) -> None:
    if made.is_dir():
        rmtree(made)
    else:
        made.unlink()
