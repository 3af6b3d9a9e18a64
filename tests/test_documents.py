"""The documents name files, settings and commands that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
CHAPTERS = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
_LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)|(?:src|srcset)=\"([^\":]+)\"")
# A path from the root of the repository: it begins with one of its folders.
_FOLDERS = "|".join(sorted(each.name for each in ROOT.iterdir() if each.is_dir()))
_PATH = re.compile(rf"`((?:{_FOLDERS})/[\w./-]*)`")
# A name that stands for any, and a folder that is made when it is needed.
_EXAMPLES = {"static/js/x.js", "build/clients/"}
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_MODULE = re.compile(r"python -m (tests(?:\.\w+)+)")
_TARGET = re.compile(r"\bmake ([a-z]+)\b(?!=)")
_SETTING = re.compile(r"\benv_(?:bool|int|list|str|zone)\(\s*\"([A-Z_]+)\"")


@CHAPTERS
def test_every_link_leads_to_a_file(document: Path) -> None:
    linked = {one or other for one, other in _LINK.findall(document.read_text())}
    assert [each for each in sorted(linked) if not (document.parent / each).exists()] == []


@CHAPTERS
def test_every_file_that_is_named_is_there(document: Path) -> None:
    named = set(_PATH.findall(document.read_text())) - _EXAMPLES
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []


@CHAPTERS
def test_every_test_that_is_named_is_there(document: Path) -> None:
    named = sorted(set(_TEST.findall(document.read_text())))
    missing = [each for each in named if f"def {each[1]}(" not in _source(ROOT / each[0])]
    assert missing == []


def _source(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def test_each_item_of_the_asvs_has_its_test_or_its_reason() -> None:
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in (ROOT / "docs" / "asvs.md").read_text().splitlines()
        if re.match(r"\| \d", line)
    ]
    assert [row[0] for row in rows if len(row) != 4 or not row[-1]] == []
    assert len({row[0] for row in rows}) == len(rows) == 70


@CHAPTERS
def test_every_command_that_is_named_is_there(document: Path) -> None:
    text = document.read_text()
    modules = {ROOT / each.replace(".", "/") for each in _MODULE.findall(text)}
    assert {each for each in modules if not _is_module(each)} == set()
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    in_code = " ".join(re.findall(r"`[^`]+`|```.*?```", text, re.DOTALL))
    assert set(_TARGET.findall(in_code)) - set(targets) == set()


def _is_module(path: Path) -> bool:
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def described_settings() -> set[str]:
    """The settings that docs/settings.md has a row for."""
    table = "".join(
        line.split("|")[1]
        for line in (ROOT / "docs" / "settings.md").read_text().splitlines()
        if line.startswith("| `")
    )
    return set(re.findall(r"`([A-Z_]+)`", table))


def test_every_setting_is_described_and_no_other() -> None:
    sources = "".join(each.read_text() for each in sorted(ROOT.glob("chatsite/*.py")))
    assert described_settings() == set(_SETTING.findall(sources))


def test_the_container_is_given_every_setting_but_those_of_its_image() -> None:
    passed = re.findall(
        r"^      ([A-Z_]+): \$\{\1:-", (ROOT / "compose.yaml").read_text(), re.MULTILINE
    )
    image = set(re.findall(r"\b(DATA_DIR|HOST|PORT)=", (ROOT / "Dockerfile").read_text()))
    assert image == {"DATA_DIR", "HOST", "PORT"}
    assert set(passed) == described_settings() - image - {"STATIC_ROOT"}
