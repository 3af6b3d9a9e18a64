"""The catalog of metrics: each is described, and the files for operators use no other."""

import re
from pathlib import Path

import pytest

from chatsite.metrics import REGISTRY

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = {
    name
    for family in REGISTRY.collect()
    for name in [family.name if family.type != "counter" else f"{family.name}_total"]
    if name.startswith("parley_")
}
_NAMED = re.compile(r"\bparley_[a-z_]+")


def named_in(*files: str) -> set[str]:
    """The metrics that these files name; parts of a histogram stand for it."""
    found = {
        name
        for pattern in files
        for file in sorted(ROOT.glob(pattern))
        for name in _NAMED.findall(file.read_text(encoding="utf-8"))
    }
    return {re.sub(r"_seconds_(bucket|count|sum)$", "_seconds", each) for each in found}


def test_each_is_described_and_no_other() -> None:
    assert named_in("docs/operate.md") == NAMES


@pytest.mark.parametrize("folder", ["deploy/prometheus/*.yml", "deploy/grafana/*.json"])
def test_the_files_of_operators_use_what_there_is(folder: str) -> None:
    used = named_in(folder)
    assert used
    assert used - NAMES == set()


def test_names_follow_the_conventions_of_prometheus() -> None:
    units = ("_seconds", "_bytes", "_info")
    for family in REGISTRY.collect():
        is_parley = family.name.startswith("parley_")
        if is_parley and family.type == "histogram":
            assert family.name.endswith(units), family.name
        if is_parley:
            assert family.documentation.endswith("."), family.name
