"""Results of tool calls are accepted once for each call, and become tool messages."""

from typing import Any
from uuid import uuid4

import pytest

from conversations.chat import tool_answers, turns
from conversations.chat.tool_answers import ToolAnswers
from conversations.chat.turns import NewMessage
from conversations.models import Message, User
from conversations.refusal import Refused
from tests.chat.written import answered
from tests.people import make_model, make_people
from tests.sharing.talk import call

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    """Alice, on a site with one model."""
    make_model("model")
    return make_people().alice


@pytest.fixture
def calling(alice: User) -> Message:
    """An answer that calls two tools."""
    (answer,) = answered(alice, "model")
    answer.tool_calls = [call("add", "{}", "first"), call("add", "{}", "second")]
    answer.save()
    return answer


def refusal(user: User, message: Message, answers: dict[str, str]) -> tuple[Any, ...]:
    count = Message.objects.count()
    with pytest.raises(Refused) as refused:
        tool_answers.answer(user, uuid4(), ToolAnswers(message.pk, answers, "model", {}))
    assert Message.objects.count() == count
    return refused.value.code, refused.value.field


def test_results_become_messages_in_the_order_of_the_calls(alice: User, calling: Message) -> None:
    answers = ToolAnswers(calling.pk, {"second": "2", "first": "1"}, "model", {})
    turn = tool_answers.answer(alice, uuid4(), answers)
    branch = turn.generation.messages.get().branch()
    results = [(each.tool_call_id, each.content) for each in branch if each.role == "tool"]
    assert results == [("first", "1"), ("second", "2")]


@pytest.mark.parametrize(
    ("chosen", "held"),
    [
        ("required", None),
        ({"type": "function", "function": {"name": "add"}}, None),
        ("none", "none"),
        ("auto", "auto"),
    ],
)
def test_a_demanded_call_is_not_demanded_again_with_its_result(
    alice: User, calling: Message, chosen: Any, held: str | None
) -> None:
    tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
    asked = {"tools": [tool], "tool_choice": chosen, "temperature": 0}
    answers = ToolAnswers(calling.pk, {"first": "1", "second": "2"}, "model", asked)
    turn = tool_answers.answer(alice, uuid4(), answers)
    sent = turn.generation.parameters
    assert (sent.get("tool_choice"), sent["tools"], sent["temperature"]) == (held, [tool], 0)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ("unanswered_call", "answers")),
        ({"first": "1"}, ("unanswered_call", "answers")),
        ({"first": "1", "second": "2", "third": "3"}, ("unanswered_call", "answers")),
        ({"first": "x" * 60_000, "second": "x" * 60_000}, ("too_long", "answers")),
    ],
)
def test_results_that_do_not_match_the_calls_are_refused(
    alice: User, calling: Message, answers: dict[str, str], expected: tuple[str, str]
) -> None:
    assert refusal(alice, calling, answers) == expected


def test_a_message_without_calls_takes_no_results(alice: User) -> None:
    (answer,) = answered(alice, "model")
    assert refusal(alice, answer, {}) == ("no_calls", "message_id")


def test_calls_are_answered_after_the_message_has_ended(alice: User) -> None:
    turn = turns.send(alice, uuid4(), NewMessage(None, None, "Hi", "model", {}))
    running = turn.generation.messages.get()
    assert refusal(alice, running, {}) == ("still_running", None)
