"""Every field that is stored when a generation begins and when it ends."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from conversations.chat import turns
from conversations.generation import lifecycle, log
from conversations.generation.lifecycle import OWNER, UpstreamTrace
from conversations.generation.text_so_far import transcript_of
from conversations.models import Generation, Hold, LanguageModel, LedgerEntry, LoggedEvent, Message
from conversations.quotas.settlement import Measured
from conversations.transcript import (
    Delta,
    Event,
    Failure,
    Finished,
    Notice,
    ToolCallPiece,
    decode,
    encode,
)
from tests.generation.records import USAGE, sent
from tests.people import People
from tests.quotas.books import limit


def says(generation: Generation, *events: Event) -> None:
    """Log the events of a generation."""
    entries = [log.Entry(generation.pk, seq, encode(each)) for seq, each in enumerate(events, 1)]
    log.append(entries, [(generation.pk, OWNER, 1)])


def ended(generation: Generation, last: Finished | None = None, **more: Any) -> Generation:
    """End the generation and return it as stored."""
    measured = Measured(began=True, first_token_ms=40)
    last = last or Finished(cause="completed", finish_reasons={"0": "stop"}, usage=USAGE)
    assert lifecycle.finish(generation.pk, 1, last, measured, **more)
    return Generation.objects.get(pk=generation.pk)


def test_a_turn_begins_with_a_running_generation_and_an_empty_message_for_each_answer(
    people: People, model: LanguageModel
) -> None:
    turn = sent(people, model, n=3, max_tokens=200)
    generation = Generation.objects.get()
    assert (generation.user, generation.conversation) == (people.alice, turn.conversation)
    assert (generation.language_model, generation.status) == (model, "running")
    assert (generation.owner, generation.epoch) == (OWNER, 1)
    assert generation.parameters == {"n": 3, "max_tokens": 200}
    assert generation.request["n"] == turn.calls[0].request.n == 3
    assert generation.request["messages"] == 1
    asked = Message.objects.get(role="user")
    answers = list(generation.messages.all())
    assert [each.choice for each in answers] == [0, 1, 2]
    for answer in answers:
        assert (answer.conversation, answer.parent) == (turn.conversation, asked)
        assert (answer.role, answer.content, answer.model_name) == ("assistant", "", model.name)
        assert answer.changed_in == asked.changed_in > 0
    hold = Hold.objects.get()
    assert (hold.generation_id, hold.completion_bound) == (generation.pk, 3 * 200)


def test_one_answer_is_made_where_no_number_is_asked_for(
    people: People, model: LanguageModel
) -> None:
    generation = sent(people, model).generation
    assert generation.messages.get().choice == 0
    # Nothing limits its tokens, so nothing is added to its parameters.
    assert generation.parameters == {}
    assert generation.notices == []
    bounded = sent(people, model, max_tokens=200).generation
    assert Hold.objects.get(generation_id=bounded.pk).completion_bound == 200


def test_a_lowered_length_is_sent_to_the_model_with_a_notice_to_the_user(
    people: People, model: LanguageModel
) -> None:
    limit(1_000)
    turn = sent(people, model, max_tokens=5_000, temperature=0.5)
    (notice,) = turn.generation.notices
    lowered = turn.calls[0].request.max_tokens
    assert lowered is not None
    assert lowered < 1_000
    assert f"allows only {lowered:,} tokens for this answer, not 5,000" in notice
    assert turn.generation.request["max_tokens"] == lowered
    assert turn.calls[0].request.temperature == 0.5
    # As it was asked for, so that the rest of the answer may be longer.
    assert turn.generation.parameters == {"temperature": 0.5, "max_tokens": 5_000}


def test_a_length_is_lowered_to_what_the_context_has_room_for_with_a_notice(
    people: People, model: LanguageModel
) -> None:
    model.context_length = 2_048
    model.save()
    turn = sent(people, model, max_tokens=2_048)
    (notice,) = turn.generation.notices
    lowered = turn.calls[0].request.max_tokens or 0
    assert 1_900 < lowered < 2_048
    assert f"room for only {lowered:,} tokens for this answer, not 2,048" in notice


def test_the_whole_branch_and_the_system_message_are_reserved_and_sent(
    people: People, model: LanguageModel
) -> None:
    first = sent(people, model).generation
    ended(first)
    above = first.messages.get()
    assert not Hold.objects.exists()
    above.conversation.system_message = "You like tea. " * 100
    above.conversation.save()
    turn = sent(people, model, above)
    assert [each.role for each in turn.calls[0].request.messages] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    assert Hold.objects.get().prompt_bound > 1_400 // 3


def test_the_messages_have_the_text_when_it_ends(people: People, model: LanguageModel) -> None:
    turn = sent(people, model, n=2)
    before = turn.conversation.version
    call = ToolCallPiece(0, id="c1", name="get_time", arguments="{}")
    says(
        turn.generation,
        Delta(at_ms=10, reasoning_content="Let me "),
        Delta(at_ms=250, reasoning_content="think."),
        Delta(at_ms=260, content="Tea"),
        Delta(choice=1, content="Coffee"),
        Delta(choice=1, tool_calls=(call,)),
        Notice(code="remark", message="A remark."),
    )
    reasons = {"0": "stop", "1": "tool_calls"}
    generation = ended(
        turn.generation, Finished("completed", reasons, USAGE), trace=UpstreamTrace("cmpl-1")
    )
    first, second = generation.messages.all()
    assert (first.content, first.reasoning_content) == ("Tea", "Let me think.")
    assert (first.reasoning_ms, first.finish_reason, first.tool_calls) == (240, "stop", [])
    assert (second.content, second.reasoning_ms) == ("Coffee", None)
    assert second.finish_reason == "tool_calls"
    assert second.tool_calls == [
        {"id": "c1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}
    ]
    turn.conversation.refresh_from_db()
    assert first.changed_in == second.changed_in == turn.conversation.version == before + 1
    assert generation.notices == ["A remark."]
    assert (generation.status, generation.upstream_id) == ("completed", "cmpl-1")


def test_the_generation_says_what_it_used_and_when_it_ended(
    people: People, model: LanguageModel
) -> None:
    generation = ended(sent(people, model).generation)
    assert (generation.prompt_tokens, generation.completion_tokens) == (9, 12)
    assert (generation.usage_source, generation.first_token_ms) == ("provider", 40)
    assert (generation.error_code, generation.error_message) == ("", "")
    assert generation.upstream_id == ""
    assert timezone.now() - timedelta(seconds=60) < generation.finished_at <= timezone.now()
    assert LedgerEntry.objects.get().first_token_ms == 40


def test_the_end_is_the_last_event_of_the_log(people: People, model: LanguageModel) -> None:
    running = sent(people, model).generation
    says(running, Delta(content="Tea"), Delta(content=" is"))
    failure = Failure("overloaded", "The model's server is overloaded.")
    generation = ended(running, Finished(cause="failed", error=failure))
    assert [each.seq for each in LoggedEvent.objects.order_by("seq")] == [1, 2, 3]
    assert decode(LoggedEvent.objects.get(seq=3).payload) == Finished(cause="failed", error=failure)
    assert generation.last_seq == 3
    assert (generation.status, generation.error_code) == ("failed", "overloaded")
    assert generation.error_message == "The model's server is overloaded."
    assert generation.messages.get().content == "Tea is"


def test_an_answer_that_goes_on_is_the_same_message_with_more_in_it(
    people: People, model: LanguageModel
) -> None:
    first = sent(people, model, n=2, max_tokens=200).generation
    says(
        first,
        Delta(choice=1, at_ms=0, reasoning_content="Hm"),
        Delta(choice=1, at_ms=70, reasoning_content="m."),
        Delta(choice=1, content="Tea is"),
        Delta(choice=1, tool_calls=(ToolCallPiece(0, id="c1", name="brew", arguments="{}"),)),
    )
    ended(first, Finished("completed", {"0": "stop", "1": "length"}, USAGE))
    message = first.messages.get(choice=1)
    with transaction.atomic():
        more = turns.continue_answer(people.alice, uuid4(), message.pk).generation
    message.refresh_from_db()
    assert (message.generation, message.choice, message.finish_reason) == (more, 0, "")
    assert message.changed_in == message.conversation.version
    assert message.content == "Tea is"
    assert more.parameters == {"max_tokens": 200}
    assert more.request["continued"] == len("Tea is")
    says(more, Delta(content=" a drink."))
    ended(more)
    message.refresh_from_db()
    assert (message.content, message.finish_reason) == ("Tea is a drink.", "stop")
    assert (message.reasoning_content, message.reasoning_ms) == ("Hmm.", 70)
    assert [each["function"]["name"] for each in message.tool_calls] == ["brew"]


def test_what_is_continued_is_reserved_for_as_part_of_the_prompt(
    people: People, model: LanguageModel
) -> None:
    first = sent(people, model, max_tokens=200).generation
    says(first, Delta(content="Tea is " * 200))
    ended(first, Finished("completed", {"0": "length"}))
    with transaction.atomic():
        turns.continue_answer(people.alice, uuid4(), first.messages.get().pk)
    assert Hold.objects.get().prompt_bound > 1_400 // 3


def test_a_page_that_is_drawn_in_the_middle_gets_what_is_in_the_log_so_far(
    people: People, model: LanguageModel
) -> None:
    generation = sent(people, model).generation
    says(generation, Delta(content="Tea"), Delta(content=" is"))
    transcript, seq = transcript_of(generation, list(generation.messages.all()))
    assert (transcript.choice(0).content, seq) == ("Tea is", 2)


def test_a_generation_ends_once_and_the_first_end_wins(
    people: People, model: LanguageModel
) -> None:
    generation = sent(people, model).generation
    ended(generation)
    assert lifecycle.finish(generation.pk, 1, Finished(cause="failed")) is None
    generation.refresh_from_db()
    assert (generation.status, LoggedEvent.objects.count()) == ("completed", 1)
    assert LedgerEntry.objects.count() == 1
