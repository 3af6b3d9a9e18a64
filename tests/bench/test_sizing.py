"""The table of docs/operate.md is that which the command prints."""

from tests.bench.process import ROOT
from tests.bench.sizing import PEOPLE, Assumptions, Need, table


def test_the_document_has_the_table_of_today() -> None:
    assert table(PEOPLE, Assumptions()) in (ROOT / "docs/operate.md").read_text()


def test_needs_grow_with_people_and_with_what_they_ask() -> None:
    few, many = (Need(number, Assumptions()) for number in (1_000, 100_000))
    assert few.processes == 1
    assert (few.store, few.connections) == ("SQLite", 0)
    assert many.store == "PostgreSQL, Redis"
    assert many.processes * many.assumed.core_share > many.cores
    assert Need(1_000, Assumptions(answers_an_hour=24)).running > few.running
