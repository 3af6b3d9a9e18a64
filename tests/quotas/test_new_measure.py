"""A measure that is added to the code cannot be forgotten anywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversations.models import ByMeasure, Measure, Period

ROOT = Path(__file__).parents[2]
MEASURES = Measure.values
WITH_ANOTHER = [*MEASURES, "minutes"]


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """The parsed modules of the product."""
    for path in sorted((ROOT / "conversations").rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def incomplete_tables(measures: list[str]) -> dict[str, int]:
    """By module, how many of its tables lack a value for one of the measures."""
    found: dict[str, int] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ByMeasure":
                given = [keyword.arg for keyword in node.keywords]
                if sorted(map(str, given)) != sorted(measures):
                    found[str(path)] = found.get(str(path), 0) + 1
    return found


def missing_words(measures: list[str]) -> list[str]:
    """The sentences about limits that the page lacks for these measures and all periods."""
    page = (ROOT / "templates/conversation/words.html").read_text(encoding="utf-8")
    needed = [f"quota-{measure}{ending}" for measure in measures for ending in ("", "-none")]
    needed += [f"quota-{measure}-held" for measure in measures if _grows(measure)]
    needed += [f"quota-{period}" for period in Period.values]
    return [name for name in needed if f'data-word="{name}"' not in page]


def _grows(measure: str) -> bool:
    return measure in MEASURES and Measure(measure).grows_with_length


def choices_in_javascript(name: str) -> list[str]:
    """The values that the browser's type for a limit allows."""
    records = (ROOT / "static/js/state/records.js").read_text(encoding="utf-8")
    found = re.search(rf"@property {{(.*?)}} {name}\n", records)
    assert found
    return re.findall(r'"(\w+)"', found[1])


def test_each_table_has_a_value_for_each_measure() -> None:
    assert ByMeasure._fields == tuple(MEASURES)
    assert incomplete_tables(MEASURES) == {}


def test_a_measure_that_is_added_fails_for_each_table_that_forgot_it() -> None:
    assert incomplete_tables(WITH_ANOTHER) == {
        "conversations/models/measure.py": 3,
        "conversations/quotas/counters.py": 2,
        "conversations/quotas/settlement.py": 1,
    }


def test_no_code_compares_with_one_measure_and_treats_all_others_alike() -> None:
    members = {f"Measure.{measure.name}" for measure in Measure}
    asking = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Compare, ast.MatchValue))
        and members & {ast.unparse(inner) for inner in ast.walk(node)}
    ]
    assert asking == []


def test_a_table_without_a_value_for_a_measure_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="cost"):
        ByMeasure(requests=1, tokens=2)  # type: ignore[call-arg]


def test_a_measure_that_no_table_knows_is_an_error_and_never_counted_as_another() -> None:
    with pytest.raises(ValueError, match="minutes"):
        ByMeasure(requests=1, tokens=2, cost=3).of("minutes")


def test_the_page_has_sentences_for_each_measure_and_period() -> None:
    assert missing_words(MEASURES) == []
    assert missing_words(WITH_ANOTHER) == ["quota-minutes", "quota-minutes-none"]
    assert choices_in_javascript("measure") == MEASURES
    assert choices_in_javascript("period") == Period.values
