"""The state of an answer that ends while it is read: its status and its number belong together."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from conversations.chat import message_states, state, turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle
from conversations.models import Generation, Message, User
from conversations.transcript import Failure, Finished
from tests.people import People, make_model

COMPLETED = Finished("completed", {"0": "stop", "1": "stop"})
FAILED = Finished("failed", error=Failure("busy", "Not now."))
STOPPED = Finished("stopped")


def sent(user: User, *models: str, **parameters: Any) -> Turn:
    """A turn whose answers are being written."""
    new = NewMessage(None, None, "Hi", models[0], parameters, compared=models[1:])
    return turns.send(user, uuid4(), new)


def end_before_reading_the_log(monkeypatch: pytest.MonkeyPatch, last: Finished) -> None:
    """Each answer ends after its row was read, and before its log is."""
    read = message_states.transcript_of

    def late(generation: Generation, messages: list[Message]) -> Any:
        lifecycle.finish(generation.pk, generation.epoch, last)
        return read(generation, messages)

    monkeypatch.setattr(message_states, "transcript_of", late)


def page_of(turn: Turn, user: User) -> list[dict[str, Any]]:
    return list(state.page_state(user, turn.conversation)["messages"])


def changes_of(turn: Turn, _user: User) -> list[dict[str, Any]]:
    return list(state.changes(turn.conversation, turn.since)["messages"])


@pytest.mark.parametrize("read", [page_of, changes_of])
@pytest.mark.parametrize("last", [COMPLETED, FAILED, STOPPED])
@pytest.mark.parametrize("n", [1, 2])
def test_an_answer_is_running_only_if_an_event_follows_its_number(
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Turn, User], list[dict[str, Any]]],
    last: Finished,
    n: int,
) -> None:
    turn = sent(people.alice, make_model().name, n=n)
    end_before_reading_the_log(monkeypatch, last)
    generations = [each["generation"] for each in read(turn, people.alice)[1:]]
    assert [each["status"] for each in generations] == [last.cause] * n
    code = last.error.code if last.error else None
    assert {each["error"] and each["error"]["code"] for each in generations} == {code}


def test_several_answers_that_end_one_after_the_other_have_all_ended(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [make_model(f"test/{number}").name for number in range(4)]
    turn = sent(people.alice, *names)
    left = list(turn.generations)
    read = message_states.transcript_of

    def end_one(generation: Generation, messages: list[Message]) -> Any:
        if left:
            lifecycle.finish(left[0].pk, left.pop(0).epoch, COMPLETED)
        return read(generation, messages)

    monkeypatch.setattr(message_states, "transcript_of", end_one)
    statuses = [each["generation"]["status"] for each in changes_of(turn, people.alice)[1:]]
    assert statuses == ["completed"] * 4
