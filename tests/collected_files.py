"""The static files of sites that run beside the tests, collected once: each of their starts would
take a second of the processor for it."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.made_once import PLACE, ROOT, made_once, own_environment


@cache
def collected_files() -> Path:
    """The folder, in which a site that starts writes nothing."""
    folders = [ROOT / "static", ROOT / "build/static"]
    sources = [each for folder in folders for each in sorted(folder.rglob("*")) if each.is_file()]
    sources += [ROOT / "chatsite/storage.py", ROOT / "chatsite/collected.py"]
    sources += [ROOT / "package-lock.json", ROOT / "requirements/base.txt"]
    return made_once("collected", sources, _make)


def _make(folder: Path) -> None:
    environment = own_environment(DATA_DIR=str(PLACE / "data"), STATIC_ROOT=str(folder))
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
