"""The Dockerfile. `python -m tests.bench.container` builds it and starts what it makes."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "Dockerfile"


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    found = subprocess.run(
        [program, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert found.stdout + found.stderr == ""
    assert found.returncode == 0


def test_the_builder_is_sent_what_is_copied_and_nothing_else() -> None:
    lines = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    copied = {source.split("/")[0] for line in lines for source in line.split()}
    ignored, *sent = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] != "#"
    ]
    assert ignored == "*"
    assert {line[1:] for line in sent if line[0] == "!"} == copied


def test_the_site_can_change_nothing_of_its_own_code() -> None:
    text = DOCKERFILE.read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["1000"]
    assert "chown" not in text
