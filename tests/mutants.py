"""Prepares the process of each mutant; a plug-in that `make mutants` loads.

The tool forks these processes from one that has read the settings and imported the code already,
and runs several at once.
"""

import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

# Its patterns are made by functions of its own when it is imported: a mutant of those changes
# something only when the module runs again.
_RUN_AGAIN = "conversations.sharing.masking"


def pytest_sessionstart() -> None:
    """Points the settings to a new directory, which the fixture `own_place` removes."""
    settings.DATA_DIR = Path(tempfile.mkdtemp(prefix="parley-mutant-"))
    test = settings.DATABASES["default"]["TEST"]
    test["NAME"] = str(settings.DATA_DIR / "test.sqlite3")
    if os.environ.get("MUTANT_UNDER_TEST", "").startswith(_RUN_AGAIN) and _RUN_AGAIN in sys.modules:
        importlib.reload(sys.modules[_RUN_AGAIN])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts quick tests first: the first that fails ends the run of a mutant."""
    # Written by the tool, in the folder in which it runs the tests.
    measured = Path("mutmut-stats.json")
    if measured.exists():
        seconds = json.loads(measured.read_text())["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0))
