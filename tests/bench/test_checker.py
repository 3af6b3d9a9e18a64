"""The checker finds each broken promise, and nothing in a history that kept them all."""

from dataclasses import replace

import pytest

from tests.bench.checker import Answer, History, Shown, violations


def tokens(*numbers: int, generation: int = 17) -> str:
    return "".join(f"<gen:{generation}:{number:04}>" for number in numbers)


ANSWER = Answer(
    generation_id="g",
    owner="alice",
    client_request_id="r",
    stored=tokens(0, 1, 2),
    statuses=["running", "interrupted", "interrupted"],
    sent=[tokens(0, 1, 2, 3)],
)
FIRST = Shown(1.0, "tab", "alice", "g", 1, tokens(0))
RELOADED = Shown(2.0, "tab", "alice", "g", 2, tokens(0, 1), source="page")
LAST = Shown(3.0, "tab", "alice", "g", 3, tokens(2))
END = Shown(4.0, "tab", "alice", "g", 4, "", status="interrupted")
SHOWN = [FIRST, RELOADED, LAST, END]


def history(*shown: Shown, **changes: object) -> History:
    return History(list(shown or SHOWN), [replace(ANSWER, **changes)])


def test_a_history_that_kept_every_promise_has_no_violations() -> None:
    assert violations(history()) == []


def test_a_reader_who_saw_only_the_beginning_is_no_violation() -> None:
    assert violations(history(FIRST)) == []


def test_an_answer_that_was_stopped_before_its_first_token_is_no_violation() -> None:
    assert violations(history(END, stored="", sent=[], statuses=["interrupted"])) == []


WRONG = {
    "shown text is not stored": (
        history(stored=tokens(0, 1)),
        "tab: g: what was shown is not the beginning of what is stored",
    ),
    "stored text was never sent": (
        history(FIRST, stored=tokens(0) + "Hello"),
        "g: what is stored is not the beginning of what the upstream sent",
    ),
    "a stored token is repeated": (
        history(FIRST, stored=tokens(0, 1, 1), sent=[tokens(0, 1, 1)]),
        "stored g: 1 tokens are repeated",
    ),
    "stored tokens are out of order": (
        history(FIRST, stored=tokens(0, 2, 1), sent=[tokens(0, 2, 1)]),
        "stored g: tokens are out of order",
    ),
    "a stored token is lost": (
        history(FIRST, stored=tokens(0, 2), sent=[tokens(0, 2)]),
        "stored g: 1 tokens are missing",
    ),
    "a token of another generation is shown": (
        history(FIRST, replace(LAST, text=tokens(1, generation=18))),
        "tab: shown g: tokens of 2 generations are mixed",
    ),
    "a shown token is repeated": (
        history(FIRST, replace(LAST, text=tokens(0))),
        "tab: shown g: 1 tokens are repeated",
    ),
    "an event is shown twice": (
        history(FIRST, RELOADED, LAST, LAST),
        "tab: g: event 3 came after event 3",
    ),
    "a reload loses text": (
        history(FIRST, RELOADED, LAST, replace(RELOADED, seq=3)),
        "tab: g: text that was shown had gone after a reload",
    ),
    "it never ends": (
        history(FIRST, statuses=["running", "running"]),
        "g: it never reached a final state",
    ),
    "it ends twice, differently": (
        history(FIRST, statuses=["interrupted", "completed"]),
        "g: it ended more than once, as interrupted, completed",
    ),
    "it runs again after its end": (
        history(FIRST, statuses=["interrupted", "running", "interrupted"]),
        "g: it left its final state",
    ),
    "its end is shown twice": (
        history(*SHOWN, replace(END, seq=5)),
        "tab: g: its end was shown 2 times",
    ),
    "its end is shown as another than is stored": (
        history(*SHOWN[:-1], replace(END, status="completed")),
        "tab: g: shown as completed, stored as interrupted",
    ),
    "one request is answered by two upstream calls": (
        history(sent=[tokens(0, 1, 2), tokens(0)]),
        "g: 2 upstream calls answered one request",
    ),
    "one request makes two generations": (
        History([], [ANSWER, replace(ANSWER, generation_id="h")]),
        "request r made 2 generations",
    ),
    "somebody else reads it": (
        history(*SHOWN, replace(FIRST, browser="other", user="charlie")),
        "other: charlie was shown a generation of alice",
    ),
    "a generation appears that nobody asked for": (
        history(*SHOWN, replace(FIRST, generation_id="x")),
        "tab: shown x, which nobody asked for",
    ),
}


@pytest.mark.parametrize(("wrong", "sentence"), WRONG.values(), ids=WRONG)
def test_a_broken_promise_is_reported(wrong: History, sentence: str) -> None:
    assert sentence in violations(wrong)
