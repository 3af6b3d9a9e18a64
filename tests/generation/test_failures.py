"""A failure ends its generation with a plain sentence, and the text so far stays."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from conversations.chat import actions
from conversations.chat.state import page_state
from conversations.database import threads
from conversations.generation import lifecycle, log, run, writer
from conversations.generation.error_texts import failure_of
from conversations.models import (
    Generation,
    Message,
)
from conversations.transcript import Event, Failure, Finished, decode, encode
from conversations.upstream import RequestRejected
from tests.people import make_people
from tests.playing import (
    KEY,
    Stage,
    a_running_generation,
    play,
)

pytestmark = pytest.mark.django_db(transaction=True)


FAILURES = {
    "400": "The model's server refused the request: ",
    "401": "The model's server refused this site's key. Tell an administrator.",
    "403-balance": "This site's account with the model's provider is used up. Tell an ",
    "500": "The model's server failed.",
    "echoes-key": "The model's server refused this site's key. Tell an administrator.",
    "html": "Something other than an answer came from the model's address.",
    "json-error": "",
    "redirect": "The model's server has moved. An administrator must set its new address.",
    "reset-before-headers": "The model's server cannot be reached just now. Try again in a moment.",
    "empty": "The model ended without saying anything. Try again.",
    "malformed": "The model's server sent something that cannot be read.",
}


@pytest.mark.parametrize("script", FAILURES)
def test_a_failure_before_the_first_token_ends_in_a_plain_sentence(script: str) -> None:
    async def work(stage: Stage) -> None:
        stage.upstream.echo = KEY
        # `at=0` moves a fault in the middle before the first token.
        turn = await stage.send("at=0", await stage.model(script))
        generation, message = await stage.ended(turn)
        assert generation.status == "failed"
        assert generation.error_message.startswith(FAILURES[script])
        assert len(generation.error_message) > 10
        assert KEY not in generation.error_message
        assert stage.upstream.address not in generation.error_message
        assert "Traceback" not in generation.error_message
        assert message.content == ""
        await _is_still_usable(stage, message)

    play(work)


BREAKS = {
    "cut": "interrupted",
    "cut-close-framed": "interrupted",
    "error-flat": "failed",
    "error-mid-stream": "failed",
    "reset-mid-token": "interrupted",
    "reset-mid-utf8": "interrupted",
}


@pytest.mark.parametrize("script", BREAKS)
def test_a_failure_in_mid_answer_keeps_what_had_arrived(script: str) -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("at=5", await stage.model(script))
        generation, message = await stage.ended(turn)
        assert generation.status == BREAKS[script]
        assert len(generation.error_message) > 10
        number = stage.upstream.calls[0].number
        kept = "".join(f"<gen:{number}:{position:04d}>" for position in range(5))
        assert message.content.startswith(kept)
        await _is_still_usable(stage, message)

    play(work)


async def _is_still_usable(stage: Stage, answer: Message) -> None:
    """Regenerate the answer with a model that works."""
    model = await stage.model("good")
    again = await actions.regenerate(stage.alice, uuid4(), answer.pk, model)
    generation, message = await stage.ended(again)
    assert (generation.status, message.content.count("<")) == ("completed", 20)


def test_a_failure_of_our_own_ends_the_generation_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(stage: Stage) -> Generation:
        name = await stage.model("good")
        monkeypatch.setattr("conversations.generation.runner.MessageRun", None)
        turn = await stage.send("Hello", name)
        return (await stage.ended(turn))[0]

    generation = play(work)
    assert (generation.status, generation.error_code) == ("failed", "internal")
    assert "NoneType" not in generation.error_message
    assert "NoneType" in caplog.text


def test_the_page_state_has_the_code_and_the_sentence_of_a_failure() -> None:
    generation = a_running_generation(make_people().alice)
    failure = Failure("overloaded", "The model's server is overloaded.")
    payload = lifecycle.finish(generation.pk, 1, Finished(cause="failed", error=failure))
    assert decode(payload).error == failure
    generation.refresh_from_db()
    state = page_state(generation.user, generation.conversation)
    shown = state["messages"][0]["generation"]["error"]
    assert shown == {"code": "overloaded", "message": "The model's server is overloaded."}


def test_a_user_reads_the_beginning_of_what_is_wrong_with_a_request() -> None:
    error = RequestRejected("x" * 2000)
    assert failure_of(error).message == f"The model's server refused the request: {'x' * 199}…"


def test_an_event_that_cannot_be_written_ends_its_own_generation_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def encode_most(event: Event) -> str:
        if "<gen:1:0003>" in getattr(event, "content", ""):
            raise ValueError("This event cannot be written.")
        return encode(event)

    monkeypatch.setattr(run, "encode", encode_most)

    async def work(stage: Stage) -> None:
        model = await stage.model("good")
        turns = [await stage.send("tokens=20 rate=100", model) for _ in range(2)]
        # Either may be the first that reaches the server.
        ended = [await stage.ended(turn) for turn in turns]
        (other, whole), (broken, text) = sorted(ended, key=lambda each: each[0].status)
        assert (other.status, broken.status) == ("completed", "stopped")
        assert broken.error_code == "internal"
        assert "<gen:1:0003>" not in text.content
        assert "<gen:2:0019>" in whole.content

    play(work)


def test_an_answer_whose_disk_is_full_for_a_while_is_whole_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = dict.fromkeys(("append", "finish"), 0)

    def full_at_first(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if refused[name] < 5:
                refused[name] += 1
                raise OperationalError("database or disk is full")
            return function(*args, **named)

        call.__name__ = name
        return call

    monkeypatch.setattr(log, "append", full_at_first("append", log.append))
    monkeypatch.setattr(lifecycle, "finish", full_at_first("finish", lifecycle.finish))
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(threads, "RETRY_SECONDS", 0.01)

    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=20 rate=200", await stage.model("good"))
        generation, message = await stage.ended(turn)
        assert generation.status == "completed"
        assert message.content.count("<") == 20

    play(work)
    assert refused == {"append": 5, "finish": 5}
