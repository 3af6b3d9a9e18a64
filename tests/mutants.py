"""Prepares the process of each mutant; a plug-in that `make mutants` loads.

The tool forks these processes from one that has read the settings and imported the code already,
and runs several at once.
"""

import importlib
import json
import resource
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.empty_database import FILE_NAME

# The patterns of this module are made by functions of its own when it is imported: a mutant of
# those changes something only when the module runs again.
_MADE_AT_IMPORT = {"tests.sharing.test_masking": "conversations.sharing.masking"}


# A mutant that never ends may grow until the machine has no memory left.
MOST_BYTES = 3 * 1024**3


def pytest_sessionstart() -> None:
    """Bounds the memory, and points the settings to a new directory, which the fixture `own_place`
    removes."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    settings.DATA_DIR = Path(tempfile.mkdtemp(prefix="parley-mutant-"))
    settings.DATABASES["default"]["NAME"] = str(settings.DATA_DIR / FILE_NAME)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts quick tests first: the first that fails ends the run of a mutant."""
    # Written by the tool, in the folder in which it runs the tests.
    measured = Path("mutmut-stats.json")
    if measured.exists():
        seconds = json.loads(measured.read_text())["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0))


def pytest_runtest_setup(item: pytest.Function) -> None:
    """Runs a module again before each of its tests, where that is needed."""
    if name := _MADE_AT_IMPORT.get(item.module.__name__):
        importlib.reload(sys.modules[name])
