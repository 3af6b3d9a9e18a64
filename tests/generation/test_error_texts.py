"""Sentences for users: one for each kind of failure, with what can be done about it."""

import pytest

from conversations import upstream
from conversations.database.threads import in_thread
from conversations.generation.error_texts import failure_of
from conversations.models import Generation, Provider
from conversations.upstream import ContextOverflow, RateLimited, TimedOut, UpstreamError
from tests.playing import Stage, play

GENERAL = "The model's server failed. Try again, or choose another model."
CLOCKS = {
    "connect": "No connection to the model's server was made within 5 s. Administrators set this "
    "time as “to connect (s)” of the provider.",
    "first_word": "The model's server had not begun its answer after 5 s. Administrators set this "
    "time as “to the first word (s)” of the provider.",
    "silent": "The model's server was silent for 5 s, so the answer was ended. Administrators set "
    "this time as “silent for (s)” of the provider.",
    "total": "The answer took longer than 5 s and was ended. Administrators set this time as “for "
    "a whole answer (s)” of the provider.",
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_clock_is_named_with_its_seconds_and_the_field_that_sets_it(clock: str) -> None:
    assert failure_of(TimedOut(clock, 5.0)).message == CLOCKS[clock]


def test_a_limit_of_the_day_is_told_from_one_of_the_minute() -> None:
    minute, day = RateLimited("TPM"), RateLimited("TPD")
    day.retryable = False
    assert failure_of(minute).message.endswith("Try again in a little while.")
    assert failure_of(day).message.endswith("try again tomorrow.")


def test_an_answer_that_is_too_long_is_told_from_a_conversation_that_is() -> None:
    error = ContextOverflow("")
    error.prompt_tokens, error.answer_tokens, error.limit = 200, 4000, 4096
    assert "Lower max_tokens" in failure_of(error).message
    error.prompt_tokens = 4097
    assert failure_of(error).message.startswith("The conversation is too long for this model.")


def _kinds(kind: type[UpstreamError] = UpstreamError) -> list[type[UpstreamError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _kinds(child))]


def test_every_kind_of_failure_has_a_sentence() -> None:
    spoken = {}
    for kind in set(_kinds()) - {TimedOut, upstream.TooLarge}:
        spoken[kind.code] = failure_of(kind("secret words")).message
    # The general ones share a sentence, as nothing more is known.
    general = {"upstream_error", "denied", "bad_answer", "failed"}
    assert {spoken[code] for code in general} == {GENERAL}
    others = [sentence for code, sentence in spoken.items() if code not in general]
    assert len(set(others)) == len(others)
    assert [code for code, sentence in spoken.items() if "secret" in sentence] == ["refused"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("field", "script"),
    [
        ("first_word_seconds", "stall-before-headers"),
        ("first_word_seconds", "comments-only"),
        ("silent_seconds", "stall-after-headers"),
        ("silent_seconds", "stall-after-tokens"),
        ("total_seconds", "comments-only"),
    ],
)
def test_a_user_reads_which_clock_ran_out(field: str, script: str) -> None:
    async def work(stage: Stage) -> Generation:
        model = await stage.model(script)
        await in_thread(Provider.objects.update, **{field: 0.1})
        generation, message = await stage.ended(await stage.send("at=2", model))
        assert message.content.count("<") == (2 if script == "stall-after-tokens" else 0)
        return generation

    generation = play(work)
    assert (generation.status, generation.error_code) == ("failed", "timed_out")
    assert f"“{Provider.label_of_clock(field.removesuffix('_seconds'))}”" in (
        generation.error_message
    )
    assert "0.1 s" in generation.error_message
