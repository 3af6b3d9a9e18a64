"""The instructions for a token, counted by valgrind: no other load of the machine changes them."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="Valgrind is not installed."),
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="Measured on Python 3.11."),
]
# Beside the same events for the standard library's parser, as other builds of Python need other
# numbers for both. Whoever makes a token cheaper lowers it; dearer needs a reason.
BESIDE_YARDSTICK = 0.418
TOLERANCE = 0.05
# The difference between two runs is free of the start and of what is done once.
FEW, MANY = 1000, 3000


def _instructions(path: str, tokens: int) -> int:
    program = [sys.executable, "-m", "tests.generation.token_path", path, str(tokens)]
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    # It takes a core for most of a minute, and other tests promise something in seconds.
    counted = ["nice", "-n", "19", *valgrind, *program]
    # The order of sets and dictionaries is part of the work.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    ended = subprocess.run(
        counted, env=environment, stderr=subprocess.PIPE, text=True, check=True, timeout=240
    )
    return int(ended.stderr.rpartition("Collected :")[2].split()[0])


def test_a_token_takes_as_many_instructions_as_when_it_was_last_measured() -> None:
    runs = [(path, tokens) for path in ("site", "yardstick") for tokens in (FEW, MANY)]
    with ThreadPoolExecutor(2) as pool:
        few, many, few_beside, many_beside = pool.map(lambda run: _instructions(*run), runs)
    assert (many - few) / (many_beside - few_beside) == pytest.approx(
        BESIDE_YARDSTICK, rel=TOLERANCE
    )
