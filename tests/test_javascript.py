"""The tests of the browser modules, one file a test, in Node."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "tests" / "js").glob("*.test.js"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_modules_pass_their_own_tests(path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("There is no Node on the PATH; `make test` installs one.")
    run = subprocess.run(
        [node, "--test", str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
