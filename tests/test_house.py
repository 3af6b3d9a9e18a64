"""The rules of docs/architecture.md that the import linter cannot hold."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "conversations"
PACKAGES = sorted(file.parent.name for file in APP.glob("*/__init__.py"))
# Their records are tested where something is done with them; migrations by every test.
TESTED_ELSEWHERE = {"migrations", "models"}
# Not packages of the application: the project, what `deploy/` has, and the tests of the page's own
# modules.
OTHER_TESTS = {"bench", "browser", "chatsite", "clients", "deploy", "js", "markdown", "upstreams"}
MOST_ENTRIES = 26
MOST_LINES = 300
MOST_MAP_LINES = 5
# A docstring says what a thing is or does, and begins with that noun or verb.
RIDDLES = {"What", "Who", "Whoever", "How", "Whether"}
MOST_RIDDLES = 20


def sources(*endings: str) -> list[Path]:
    """The source files with these endings that git tracks, without tests and migrations."""
    listed = subprocess.run(
        ["git", "ls-files", "chatsite", "conversations", "static", "templates"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = listed.stdout.split() or [
        str(path.relative_to(ROOT))
        for folder in ("chatsite", "conversations", "static", "templates")
        for path in (ROOT / folder).rglob("*")
    ]
    files = [ROOT / name for name in names if name.endswith(endings) and "/migrations/" not in name]
    return [file for file in files if file.exists()]


def docstrings(file: Path) -> list[str]:
    """The docstrings of a module, its classes and its functions."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]


def test_the_application_is_seen_at_a_glance() -> None:
    modules = [file.stem for file in APP.glob("*.py") if file.stem != "__init__"]
    assert len(PACKAGES) + len(modules) <= MOST_ENTRIES


def test_each_package_is_tested_in_the_folder_of_its_name() -> None:
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/*")} - {"__pycache__"}
    assert set(PACKAGES) - TESTED_ELSEWHERE - folders == set()
    assert folders - set(PACKAGES) - OTHER_TESTS == set()


@pytest.mark.parametrize("package", sorted({*PACKAGES} - {"migrations", "management"}))
def test_each_package_begins_with_a_map(package: str) -> None:
    text = docstrings(APP / package / "__init__.py")[0]
    # An example may follow it, indented.
    lines = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert 1 <= len(lines) <= MOST_MAP_LINES


def test_no_source_file_is_long() -> None:
    files = sources(".py", ".js", ".css", ".html")
    long = {str(file): count for file in files if (count := _lines(file)) > MOST_LINES}
    assert long == {}


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_docstrings_say_what_a_thing_is() -> None:
    texts = [text for file in sources(".py") for text in docstrings(file)]
    riddles = [text for text in texts if text.split(maxsplit=1)[0:1] and text.split()[0] in RIDDLES]
    assert len(riddles) <= MOST_RIDDLES, riddles
