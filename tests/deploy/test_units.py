"""The units of `deploy/systemd/`, as systemd itself reads them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
UNIT = "parley@8001.service"
# Of a hundred; a service without any option is at 96.
MOST_EXPOSED = 15

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="There is no systemd-analyze; install systemd."
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they are installed, but for the programs, which are where these tests are."""
    service = (FILES / "parley@.service").read_text()
    for program in ("/srv/parley/.venv/bin/python", "/usr/bin/curl"):
        assert f"={program} " in service
        service = service.replace(f"={program} ", f"={sys.executable} ")
    (tmp_path / UNIT).write_text(service)
    shutil.copy(FILES / "parley.target", tmp_path)
    return tmp_path


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The words of systemd about a unit."""
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", [UNIT, "parley.target"])
def test_systemd_takes_the_unit(units: Path, name: str) -> None:
    said = analyze("verify", "--man=no", units / name)
    # It looks at units of the machine as well.
    assert [line for line in said.stderr.splitlines() if "parley" in line] == []
    assert said.returncode == 0, said.stderr


def test_the_process_may_do_little_else_than_serve(units: Path) -> None:
    said = analyze("security", "--offline=yes", f"--threshold={MOST_EXPOSED}", units / UNIT)
    assert said.returncode == 0, said.stdout
