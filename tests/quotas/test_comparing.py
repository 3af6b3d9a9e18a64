"""A turn of several answers has room for all of them, or is refused with both numbers."""

from typing import Any
from uuid import uuid4

import pytest

from conversations.chat import turns
from conversations.chat.once import once
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle
from conversations.models import Counter, Generation, Hold, LanguageModel, Message
from conversations.quotas.settlement import Measured
from conversations.quotas.state import refusal_state
from conversations.quotas.status import Answers, QuotaExceeded
from conversations.transcript import Finished, TokenCounts
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit

MODELS = ("first", "second", "third")


@pytest.fixture(autouse=True)
def models(db: None) -> None:
    for name in MODELS:
        make_model(name)


def send(people: People, *names: str, **parameters: Any) -> Turn:
    """Send a message to these models."""
    request_id = uuid4()
    model, *compared = names
    sending = NewMessage(None, None, "Tea?", model, parameters, compared=tuple(compared))
    return once(people.alice, request_id, lambda: turns.send(people.alice, request_id, sending))


def refused(people: People) -> QuotaExceeded:
    """The refusal of a comparison of three."""
    with pytest.raises(QuotaExceeded) as found:
        send(people, *MODELS)
    return found.value


def use(people: People, tokens: int, answers: int = 1) -> None:
    """Use up an amount, in answers that have ended."""
    for _ in range(answers):
        (generation,) = send(people, "first", max_tokens=1).generations
        usage = TokenCounts(1, tokens - 1, tokens)
        last, seen = Finished(cause="completed", usage=usage), Measured(True, text_bytes=tokens)
        assert lifecycle.finish(generation.pk, 1, last, seen)


def test_three_answers_need_three_requests_and_two_are_left(people: People) -> None:
    limit(5, "requests")
    limit(1_000_000)
    use(people, 2, answers=3)
    error = refused(people)
    assert error.answers == Answers(asked=3, room=2)
    assert error.message.startswith(
        "3 answers were asked for, and there is room for 2. "
        "Your limit is 5 requests a day; 2 requests are left, which is too little for this."
    )
    assert (error.standing.used, error.standing.held, error.standing.left) == (3, 0, 2)
    state = refusal_state(error)
    assert (state["left"], state["answers"]) == (2, {"asked": 3, "room": 2})
    assert state["is_held"] is False


def test_a_refused_comparison_reserves_and_writes_nothing(people: People) -> None:
    limit(2, "requests")
    refused(people)
    assert not Generation.objects.exists()
    assert not Message.objects.exists()
    assert not Hold.objects.exists()
    assert sum(counter.held for counter in Counter.objects.all()) == 0
    assert_books_balance()
    # There is room for two.
    assert len(send(people, "first", "second").generations) == 2


def test_three_share_the_tokens_that_are_left(people: People) -> None:
    limit(1_000)
    turn = send(people, *MODELS)
    bounds = Hold.objects.order_by("pk").values_list("completion_bound", flat=True)
    assert len(turn.generations) == len(bounds) == 3
    assert min(bounds) >= 32
    assert_books_balance()


def test_tokens_for_two_of_three_are_told_as_they_were_before(people: People) -> None:
    limit(3_000)
    use(people, 2_700)
    error = refused(people)
    assert error.answers == Answers(asked=3, room=2)
    assert (error.standing.used, error.standing.left) == (2_700, 300)
    assert "300 tokens are left" in error.message
    assert not error.is_held


def test_what_nobody_else_holds_does_not_come_back(people: People) -> None:
    limit(400)
    error = refused(people)
    assert error.answers == Answers(asked=3, room=2)
    assert (error.standing.held, error.is_held) == (0, False)


def test_what_running_answers_hold_of_it_is_told(people: People) -> None:
    limit(600)
    send(people, "first", max_tokens=400)
    error = refused(people)
    assert error.answers is not None
    assert error.answers.room < 3
    assert error.is_held
    assert error.standing.held == Counter.objects.get().held
    assert refusal_state(error)["is_held"] is True


def test_a_refusal_of_one_answer_has_no_numbers_of_answers(people: People) -> None:
    limit(0, "requests")
    with pytest.raises(QuotaExceeded) as found:
        send(people, "first")
    assert found.value.answers is None
    assert found.value.message.startswith("Your limit")


def test_the_limit_of_one_compared_model_is_named(people: People) -> None:
    second = LanguageModel.objects.get(name="second")
    limit(0, "requests", language_model=second, period="total")
    error = refused(people)
    assert error.answers == Answers(asked=3, room=1)
    assert "for second" in error.message
