"""The files that browsers load are built from the sources as they are."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from chatsite import bundle

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = "js/pages/conversation_page.js"


@pytest.fixture
def checkout(tmp_path: Path, settings: LazySettings) -> Path:
    """A checkout of its own, with a bundle."""
    shutil.copytree(ROOT / "static", tmp_path / "static")
    for name in ("bundle.js", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    settings.BASE_DIR = tmp_path
    bundle.refresh()
    return tmp_path


def built(checkout: Path) -> str:
    return (checkout / "build" / "static" / PAGE).read_text()


def test_every_style_sheet_is_part_of_a_page() -> None:
    styles = ROOT / "static" / "css"
    lists = "".join(path.read_text() for path in (styles / "pages").iterdir())
    assert [path.name for path in styles.glob("*.css") if f'"../{path.name}"' not in lists] == []


def test_a_page_loads_one_script_with_all_that_it_imports(checkout: Path) -> None:
    assert not re.search(r"""\bfrom ?["'][#.]""", built(checkout))


def test_a_bundle_of_the_same_sources_is_left_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle.shutil, "which", lambda *_args, **_kwargs: None)
    for source in (checkout / "static").rglob("*.js"):
        source.touch()
    bundle.refresh()


def changed(static: Path) -> None:
    with (static / PAGE).open("a") as source:
        source.write('\nconsole.log("a line of today");\n')


def removed(static: Path) -> None:
    (static / "js" / "events.js").unlink()


def added(static: Path) -> None:
    (static / "js" / "pages" / "new.js").write_text("export {};\n")


@pytest.mark.parametrize("change", [changed, removed, added])
def test_it_is_built_again_when_a_source_is_another(
    checkout: Path, change: Callable[[Path], None]
) -> None:
    change(checkout / "static")
    before = (checkout / "build" / "sources.json").read_text()
    bundle.refresh()
    assert (checkout / "build" / "sources.json").read_text() != before
    assert ("a line of today" in built(checkout)) == (change is changed)


def test_a_fault_in_a_source_is_told_and_the_bundle_stays(checkout: Path) -> None:
    before = built(checkout)
    (checkout / "static" / PAGE).write_text("const = 1;")
    with pytest.raises(bundle.BundleFailed, match=r"conversation_page\.js:1:6"):
        bundle.refresh()
    assert built(checkout) == before


def test_without_node_the_error_says_what_to_do(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle.shutil, "which", lambda *_args, **_kwargs: None)
    added(checkout / "static")
    with pytest.raises(bundle.BundleFailed, match="make npm"):
        bundle.refresh()
