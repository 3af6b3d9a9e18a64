"""The rules of docs/architecture.md that the import linter cannot hold."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "conversations"
PACKAGES = sorted(file.parent.name for file in APP.glob("*/__init__.py"))
# Their records are tested where something is done with them; migrations by every test.
TESTED_ELSEWHERE = {"migrations", "models"}
# Not packages of the application: the project, and the tests of the page's own modules.
OTHER_TESTS = {"bench", "browser", "chatsite", "js", "upstreams"}
MOST_ENTRIES = 26
MOST_MAP_LINES = 5


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
