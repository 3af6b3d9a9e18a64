"""Turns are refused with a code and a field before anything is stored."""

from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import Settings

from conversations import access
from conversations.chat import tree, turns
from conversations.chat.turns import NewMessage
from conversations.models import Conversation, Message, User
from conversations.refusal import Refused
from tests.chat.written import answered
from tests.people import make_model, make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    """Alice, on a site with five models."""
    for number in range(5):
        make_model(f"model-{number}")
    return make_people().alice


def refusal(user: User, new: NewMessage) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        turns.send(user, uuid4(), new)
    assert not Conversation.objects.exists()
    return refused.value.code, refused.value.field


def test_four_models_can_be_compared_and_five_cannot(alice: User) -> None:
    names = [f"model-{number}" for number in range(5)]
    new = NewMessage(None, None, "Hi", names[0], {}, compared=tuple(names[1:]))
    assert refusal(alice, new) == ("too_many_models", "compared")
    assert len(answered(alice, *names[:4])) == 4


def test_of_compared_models_each_gives_one_answer(alice: User) -> None:
    assert len(answered(alice, "model-0", n=2)) == 2
    assert len(answered(alice, "model-1", "model-2", n=2)) == 2


@pytest.mark.parametrize(("once", "next_model"), [(True, "model-0"), (False, "model-1")])
def test_another_model_answers_once_or_from_then_on(
    alice: User, once: bool, next_model: str
) -> None:
    (answer,) = answered(alice, "model-0")
    turn = turns.regenerate(alice, uuid4(), answer.pk, "model-1", once=once)
    assert turn.generation.language_model.name == "model-1"
    turn.conversation.refresh_from_db()
    assert turn.conversation.language_model.name == next_model


def test_a_system_message_that_is_too_long_is_refused(alice: User) -> None:
    new = NewMessage(None, None, "Hi", "model-0", {}, system_message="x" * 50_001)
    with pytest.raises(Refused, match="at most 50,000 characters"):
        turns.send(alice, uuid4(), new)


def test_a_complete_answer_cannot_be_continued(alice: User) -> None:
    (complete,) = answered(alice, "model-0")
    with pytest.raises(Refused) as refused:
        turns.continue_answer(alice, uuid4(), complete.pk)
    assert refused.value.code == "cannot_continue"


def test_the_second_of_two_answers_is_continued_alone(alice: User) -> None:
    first, second = answered(alice, "model-0", finish_reason="length", n=2, max_tokens=9)
    turn = turns.continue_answer(alice, uuid4(), second.pk)
    assert turn.generation.parameters == {"max_tokens": 9}
    assert list(turn.generation.messages.values_list("pk", "choice")) == [(second.pk, 0)]
    first.refresh_from_db()
    assert (first.choice, first.generation == turn.generation) == (0, False)


@pytest.mark.parametrize("ask_again", [turns.continue_answer, turns.regenerate])
def test_a_user_message_is_not_an_answer(alice: User, ask_again: object) -> None:
    (answer,) = answered(alice, "model-0", finish_reason="length")
    assert answer.parent_id is not None
    more = (None,) if ask_again == turns.regenerate else ()
    with pytest.raises(access.NotFound):
        ask_again(alice, uuid4(), answer.parent_id, *more)  # type: ignore[operator]
    assert Message.objects.count() == 2


def test_an_answer_cannot_be_asked_for_again_while_it_is_written(alice: User) -> None:
    turn = turns.send(alice, uuid4(), NewMessage(None, None, "Hi", "model-0", {}))
    running = turn.generation.messages.get()
    with pytest.raises(Refused) as refused:
        turns.regenerate(alice, uuid4(), running.pk, None)
    assert refused.value.code == "still_running"


def test_answers_start_only_while_there_is_room_for_all_of_them(
    alice: User, settings: Settings
) -> None:
    settings.RUNNING_ANSWERS = 1
    two = NewMessage(None, None, "Hi", "model-0", {}, compared=("model-1",))
    with pytest.raises(Refused) as refused, transaction.atomic():
        turns.send(alice, uuid4(), two)
    assert (refused.value.code, Message.objects.count()) == ("too_many_running", 0)
    # No wait would help.
    assert refused.value.message == (
        "Only one of your answers can run at once, and 2 were asked for."
    )
    turns.send(alice, uuid4(), NewMessage(None, None, "Hi", "model-0", {}))
    with pytest.raises(Refused, match="Wait for it, or stop it"), transaction.atomic():
        turns.send(alice, uuid4(), NewMessage(None, None, "Hi", "model-0", {}))
    settings.RUNNING_ANSWERS = 2
    with pytest.raises(Refused, match="Wait for one, or stop one"):
        turns.send(alice, uuid4(), two)
    assert len(answered(alice, "model-0")) == 1


def test_of_several_answers_none_is_shown_before_one_is_chosen(alice: User) -> None:
    (single,) = answered(alice, "model-0")
    assert single.conversation.head == single
    first, _second = answered(alice, "model-0", n=2)
    assert first.conversation.head == first.parent
    compared, _other = answered(alice, "model-0", "model-1")
    assert compared.conversation.head == compared.parent


def test_trying_one_of_several_answers_again_leaves_them_side_by_side(alice: User) -> None:
    failed, other = answered(alice, "model-0", "model-1", n=2)
    conversation = failed.conversation
    turn = turns.regenerate(alice, uuid4(), other.pk, None)
    conversation.refresh_from_db()
    # One answer, as a compared model gives; and the next message goes to the same model as before.
    assert turn.generation.messages.count() == 1
    assert conversation.head == failed.parent
    assert conversation.language_model is not None
    assert conversation.language_model.name == "model-0"


def test_a_model_that_gave_several_answers_is_asked_for_as_many_again(alice: User) -> None:
    first, _second = answered(alice, "model-0", n=2)
    turn = turns.regenerate(alice, uuid4(), first.pk, None)
    assert turn.generation.messages.count() == 2
    first.conversation.refresh_from_db()
    assert first.conversation.head == first.parent


def test_continuing_one_of_several_answers_leaves_them_side_by_side(alice: User) -> None:
    first, _second = answered(alice, "model-0", "model-1", finish_reason="length")
    turns.continue_answer(alice, uuid4(), first.pk)
    first.conversation.refresh_from_db()
    assert first.conversation.head == first.parent


def test_an_answer_that_was_chosen_is_followed_by_its_own_next_versions(alice: User) -> None:
    first, _second = answered(alice, "model-0", "model-1")
    tree.show(alice, first.conversation_id, first.pk)
    turn = turns.regenerate(alice, uuid4(), first.pk, None)
    assert turn.conversation.head == turn.generation.messages.get()


def test_a_length_that_one_model_does_not_write_is_lowered_for_it_and_told(alice: User) -> None:
    short = make_model("short")
    short.parameters = {"max_tokens": {"high": 100}}
    short.save()
    asked = {"max_tokens": 500}
    sending = NewMessage(None, None, "Tea?", "model-0", asked, compared=("short",))
    of_long, of_short = turns.send(alice, uuid4(), sending).generations
    assert (of_long.parameters, of_long.notices) == (asked, [])
    assert of_short.parameters == {"max_tokens": 100}
    assert of_short.notices == ["The model “short” writes at most 100 tokens, not 500."]
