"""A branch that no longer fits is sent without its oldest messages, with a notice."""

from uuid import uuid4

import pytest
from django.db import transaction

from conversations.chat import tool_answers, turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle, log, prompt
from conversations.models import Conversation, LanguageModel, Message
from conversations.transcript import Delta, Finished, ToolCallPiece, encode
from tests.people import People, make_model

WORDS = "word " * 80  # 400 bytes, about 104 tokens with the overhead of a message


@pytest.fixture
def model_name(db: None) -> str:
    model = make_model()
    model.context_length = 1_000
    model.save()
    return model.name


def sent(people: People, model_name: str, parent: Message | None, content: str) -> Turn:
    """Send a message below ``parent``."""
    conversation_id = parent.conversation_id if parent else None
    parent_id = parent.pk if parent else None
    sending = NewMessage(conversation_id, parent_id, content, model_name, {"max_tokens": 100})
    with transaction.atomic():
        return turns.send(people.alice, uuid4(), sending)


def conversation_of(people: People, model_name: str, count: int) -> Message:
    """Make a conversation of ``count`` turns of 400 bytes; return its last answer."""
    answer = None
    for _ in range(count):
        generation = sent(people, model_name, answer, WORDS).generation
        lifecycle.finish(generation.pk, 1, Finished(cause="completed"))
        generation.messages.update(content=WORDS)
        answer = generation.messages.get()
    assert answer is not None
    return answer


def test_a_branch_that_fits_is_sent_whole(people: People, model_name: str) -> None:
    turn = sent(people, model_name, conversation_of(people, model_name, 2), "And?")
    assert turn.generation.notices == []
    assert len(turn.calls[0].request.messages) == 5


def test_the_oldest_are_left_out_and_the_system_message_never(
    people: People, model_name: str
) -> None:
    answer = conversation_of(people, model_name, 6)
    Conversation.objects.update(system_message="You like tea.")
    answer = Message.objects.get(pk=answer.pk)
    turn = sent(people, model_name, answer, "And?")
    messages = turn.calls[0].request.messages
    assert [message.role for message in messages] == [
        "system", *["user", "assistant"] * 4, "user"
    ]  # fmt: skip
    assert messages[-1].content == "And?"
    shown = prompt.request_for(turn.generation.messages.get())["messages"]
    assert [each["content"] for each in shown] == [each.content for each in messages]
    (notice,) = turn.generation.notices
    assert notice.startswith("The 4 oldest messages were left out: the conversation no longer fits")


@pytest.mark.parametrize("spare", [0, 60, 120, 180])
def test_what_is_sent_begins_with_a_question_wherever_the_room_ends(
    people: People, model_name: str, spare: int
) -> None:
    answer = conversation_of(people, model_name, 6)
    # A message has 104 tokens, so that the room ends in questions and in answers.
    LanguageModel.objects.update(context_length=700 + spare)
    messages = sent(people, model_name, answer, "And?").calls[0].request.messages
    assert 2 < len(messages) < 13
    assert messages[0].role == "user"


def test_the_last_message_is_always_sent(people: People, model_name: str) -> None:
    turn = sent(people, model_name, None, WORDS * 20)
    assert len(turn.calls[0].request.messages) == 1


def test_a_tools_answer_is_sent_with_its_call_however_long_it_is(
    people: People, model_name: str
) -> None:
    answer = conversation_of(people, model_name, 1)
    generation = sent(people, model_name, answer, "What is the weather?").generation
    called = encode(Delta(tool_calls=(ToolCallPiece(0, "c", "get_weather", "{}"),)))
    log.append([log.Entry(generation.pk, 1, called)], [(generation.pk, lifecycle.OWNER, 1)])
    reasons = {"0": "tool_calls"}
    lifecycle.finish(generation.pk, 1, Finished(cause="completed", finish_reasons=reasons))
    answers = tool_answers.ToolAnswers(
        generation.messages.get().pk, {"c": WORDS * 20}, model_name, {}
    )
    with transaction.atomic():
        turn = tool_answers.answer(people.alice, uuid4(), answers)
    messages = turn.calls[0].request.messages
    assert [message.role for message in messages] == ["user", "assistant", "tool"]
    (notice,) = turn.generation.notices
    assert notice.startswith("The 2 oldest messages were left out")


def test_the_request_is_stored_without_its_messages(people: People, model_name: str) -> None:
    generation = sent(people, model_name, None, "Hello").generation
    generation.refresh_from_db()
    assert generation.request == {
        "model": "test/model",
        "messages": 1,
        "continued": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 100,
    }
