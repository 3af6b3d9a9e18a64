"""The tests of the page's own modules, which run in Node."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIMIT_SECONDS = 120


def node() -> str | None:
    """The node beside this Python, which has the version the project pins, or the machine's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return shutil.which("node", path=path)


def test_the_modules_of_the_page_pass_their_own_tests() -> None:
    program = node()
    if program is None:
        pytest.skip("There is no node; `make test` installs it.")
    # Named one by one: Node 20 takes no patterns.
    files = sorted(map(str, (ROOT / "tests" / "js").glob("*.test.js")))
    run = subprocess.run(
        [program, "--test", "--test-reporter=spec", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert "pass 0" not in run.stdout
