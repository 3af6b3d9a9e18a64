"""The seeded fault runs: their plans, their judgement, and a short run on each store."""

import asyncio
from uuid import UUID, uuid4

import pytest

from conversations.transcript import Delta, Finished, encode
from tests import postgres
from tests.bench.chaos.history import History, ShownEvent, ShownMessage
from tests.bench.chaos.invariants import violations
from tests.bench.chaos.plan import plan_of
from tests.bench.chaos.records import (
    CounterRow,
    EntryRow,
    GenerationRow,
    LinkRow,
    MessageRow,
    Records,
)
from tests.bench.chaos.run import run_seeds

ANSWER, MESSAGE, ALICE = uuid4(), uuid4(), 1
LIMITS = {(ALICE, "tokens"): 100}
# A kill of the one process, and of one of two.
SEEDS = (46, 47)


def stored(**changed: object) -> Records:
    """The records of one answer that was told in two events."""
    events = [Delta(content="<gen:1:0000>"), Finished(cause="completed")]
    generation = GenerationRow(ANSWER, ALICE, uuid4(), uuid4(), "completed", 2)
    whole = {
        "generations": {ANSWER: generation},
        "events": {ANSWER: {seq: encode(event) for seq, event in enumerate(events, 1)}},
        "messages": {MESSAGE: MessageRow(MESSAGE, "assistant", "<gen:1:0000>", ANSWER)},
        "ledger": [EntryRow(ANSWER, ALICE, 1, 10, 1)],
        "holds": 0,
        "counters": [CounterRow(ALICE, "tokens", 11, 0)],
        "links": {},
    }
    return Records(**{**whole, **changed})  # type: ignore[arg-type]


def event(seq: int, **fields: object) -> ShownEvent:
    """An event that a tab was shown."""
    return ShownEvent("alice.0", ANSWER, seq, fields)


def message(content: str, status: str = "completed") -> ShownMessage:
    """The answer in a state that a tab was shown."""
    return ShownMessage("alice.0", MESSAGE, ANSWER, 2, content, status)


def found(history: History | None = None, **changed: object) -> int:
    """The number of broken promises."""
    return len(violations(history or History(), stored(**changed), LIMITS))


def test_a_seed_makes_the_same_plan_each_time_and_others_make_others() -> None:
    assert plan_of(7) == plan_of(7)
    assert len({str(plan_of(seed)) for seed in range(50)}) == 50
    assert {plan_of(seed).store for seed in range(2)} == {"sqlite", "postgres"}


def test_a_history_as_it_should_be_is_accepted() -> None:
    shown = History(
        events=[event(1, type="delta", content="<gen:1:0000>")],
        messages=[message("<gen:1:0000>")],
    )
    assert found(shown) == 0


@pytest.mark.parametrize(
    "shown",
    [
        History(events=[event(1, type="delta", content="another")]),
        History(events=[event(3, type="delta", content="never stored")]),
        History(messages=[message("<gen:1:0000><gen:1:0001>")]),
        History(messages=[message("")]),
    ],
)
def test_what_was_shown_and_is_not_stored_is_noticed(shown: History) -> None:
    assert found(shown) == 1


def test_an_end_that_is_missing_or_another_or_charged_twice_is_noticed() -> None:
    delta, end = Delta(content="<gen:1:0000>"), Finished(cause="completed")
    twice = {seq: encode(each) for seq, each in enumerate([delta, end, end], 1)}
    assert found(events={ANSWER: twice}) == 1
    assert found(ledger=[]) == 2
    assert found(ledger=[EntryRow(ANSWER, ALICE, 1, 10, 1)] * 2) == 2
    assert found(History(messages=[message("<gen:1:0000>", "interrupted")])) == 1


def test_a_counter_above_its_limit_or_with_a_rest_is_noticed() -> None:
    assert found(holds=1) == 1
    assert found(counters=[CounterRow(ALICE, "tokens", 11, 5)]) == 1
    ledger = [EntryRow(ANSWER, ALICE, 1, 100, 1)]
    assert found(ledger=ledger, counters=[CounterRow(ALICE, "tokens", 101, 0)]) == 1


@pytest.mark.parametrize(("article", "faults"), [("gen:1:0000", 0), ("gen:1:0000 gen:1:0001", 1)])
def test_a_shared_page_with_more_than_its_snapshot_is_noticed(article: str, faults: int) -> None:
    snapshot = {"messages": [{"content": "<gen:1:0000>"}]}
    link = LinkRow(UUID(int=1), f"<p>{article}</p>", snapshot, "now")
    assert found(links={link.id: link}) == faults


@pytest.mark.fleet
@pytest.mark.long
@pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing())
def test_a_few_seeds_keep_every_promise() -> None:
    outcomes = asyncio.run(run_seeds(SEEDS))
    assert {outcome.plan.seed: outcome.violations for outcome in outcomes} == {46: [], 47: []}
