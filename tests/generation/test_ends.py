"""A generation ends once, with its cause, its text and a plain sentence about any error."""

import asyncio
import pkgutil
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from conversations.chat import actions
from conversations.chat.state import page_state
from conversations.chat.turns import NewMessage, Turn
from conversations.database.threads import in_thread
from conversations.generation import lifecycle, log, recovery
from conversations.generation.lifecycle import OWNER
from conversations.generation.runner import runner
from conversations.models import (
    Conversation,
    Generation,
    LedgerEntry,
    LoggedEvent,
    Message,
    User,
)
from conversations.socket import frames, handlers
from conversations.socket.page import Page
from conversations.transcript import Delta, Failure, Finished, decode, encode
from tests.people import make_people
from tests.playing import KEY, Stage, followed, generation_and_message, logged, play

pytestmark = pytest.mark.django_db(transaction=True)
CAUSES = ("completed", "stopped", "interrupted", "failed")


def a_running_generation(alice: User) -> Generation:
    """Create a running generation without a task, with an empty message."""
    conversation = Conversation.objects.create(user=alice, title="Tea")
    generation = Generation.objects.create(
        user=alice, conversation=conversation, client_request_id=uuid4(), owner=OWNER
    )
    Message.objects.create(
        conversation=conversation, role=Message.Role.ASSISTANT, generation=generation
    )
    return generation


def test_of_four_that_end_a_generation_at_once_exactly_one_wins() -> None:
    alice = make_people().alice

    async def race(generation: Generation) -> list[str | None]:
        ends = (Finished(cause=cause) for cause in CAUSES)
        finish = (in_thread(lifecycle.finish, generation.pk, 1, last) for last in ends)
        return await asyncio.gather(*finish)

    async def races() -> list[tuple[Generation, list[str | None]]]:
        generations = [await in_thread(a_running_generation, alice) for _ in range(100)]
        return [(generation, await race(generation)) for generation in generations]

    for generation, ends in asyncio.run(races()):
        won = [payload for payload in ends if payload]
        assert len(won) == 1
        generation.refresh_from_db()
        assert generation.status == decode(won[0]).cause
        assert [event.payload for event in LoggedEvent.objects.filter(generation=generation)] == won


def test_an_owner_of_an_older_epoch_ends_nothing_and_writes_nothing() -> None:
    generation = a_running_generation(make_people().alice)
    Generation.objects.update(epoch=2)
    assert lifecycle.finish(generation.pk, 1, Finished(cause="completed")) is None
    entry = log.Entry(generation.pk, 1, encode(Delta(content="late")))
    assert log.append([entry], [(generation.pk, OWNER, 1)]) == set()
    generation.refresh_from_db()
    assert (generation.status, LoggedEvent.objects.count()) == ("running", 0)


def test_an_owner_whose_answer_was_taken_over_shows_and_stores_nothing_more() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=1000 gate=g", await stage.model("good"))
        generation_id = turn.generation.pk
        shown = runner().tails.follow(generation_id, 0)
        stage.upstream.open("g")
        first = await anext(shown)
        await in_thread(Generation.objects.filter(pk=generation_id).update, epoch=2)
        stage.upstream.open("g", 5)
        await stage.upstream.until(lambda: stage.upstream.calls[0].ended == "left")
        assert [batch async for batch in shown] == []
        assert await logged(generation_id) == first.payloads
        generation, message = await in_thread(generation_and_message, generation_id)
        assert (generation.status, message.content) == ("running", "")

    play(work)


def test_the_same_send_delivered_five_times_makes_one_message_and_one_upstream_call() -> None:
    async def work(stage: Stage) -> None:
        model, request_id = await stage.model("good"), uuid4()
        sends = (stage.send("tokens=3", model, request_id) for _ in range(5))
        begun = await asyncio.gather(*sends)
        assert {turn.generation.pk for turn in begun} == {begun[0].generation.pk}
        assert sum(bool(turn.calls) for turn in begun) == 1
        await stage.ended(begun[0])
        again = await stage.send("tokens=3", model, request_id)
        assert again.generation.pk == begun[0].generation.pk
        assert await in_thread(Message.objects.filter(role="user").count) == 1
        assert await in_thread(Conversation.objects.count) == 1
        assert len(stage.upstream.calls) == 1

    play(work)


def test_a_message_whose_page_leaves_while_it_is_written_down_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, is_writing, may_go_on = actions.once, Event(), Event()

    def held_up(*arguments: Any) -> Turn:
        is_writing.set()
        assert may_go_on.wait(10)
        return real(*arguments)

    async def nobody_is_there(_: object) -> None:
        raise AssertionError("The page has left.")

    async def work(stage: Stage) -> None:
        monkeypatch.setattr(actions, "once", held_up)
        model = await stage.model("good")
        place = {"request_id": uuid4(), "conversation_id": None, "parent_id": None}
        frame = frames.TurnSend(**place, content="tokens=2", model=model)
        page = Page(stage.alice, "", nobody_is_there, nobody_is_there)
        page.start_action(handlers.handle(page, frame))
        await in_thread(is_writing.wait)
        page.leave()
        may_go_on.set()
        await stage.upstream.until(lambda: bool(stage.upstream.calls))
        generation = await in_thread(Generation.objects.get)
        await followed(generation.pk)
        generation, message = await in_thread(generation_and_message, generation.pk)
        assert (generation.status, message.content) == ("completed", "<gen:1:0000><gen:1:0001>")

    play(work)


def test_a_stop_before_the_first_token_reaches_the_upstream() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("Hello", await stage.model("stall-before-headers"))
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 1)
        await stage.stop(turn)
        generation, message = await stage.ended(turn)
        await stage.upstream.until(lambda: stage.upstream.calls[0].ended == "left")
        assert (generation.status, generation.error_code) == ("stopped", "")
        assert message.content == ""

    play(work)


def test_a_stop_keeps_the_text_of_a_stalled_answer() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("at=5", await stage.model("stall-after-tokens"))
        await _shown(turn.generation, 5)
        await stage.stop(turn)
        generation, message = await stage.ended(turn)
        await stage.upstream.until(lambda: stage.upstream.open_connections == 0)
        assert generation.status == "stopped"
        assert message.content == "".join(f"<gen:1:{position:04d}>" for position in range(5))

    play(work)


async def _shown(generation: Generation, tokens: int) -> None:
    """Wait until this many tokens have been shown."""
    text = ""
    async for batch in runner().tails.follow(generation.pk, 0):
        text += "".join(decode(payload).content for payload in batch.payloads)
        if text.count("<") >= tokens:
            return


def test_a_stop_that_was_written_down_by_another_process_is_seen() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=1000 rate=20", await stage.model("good"))
        await _shown(turn.generation, 1)
        await in_thread(lifecycle.request_stop, turn.generation)
        generation, _ = await stage.ended(turn)
        assert generation.status == "stopped"

    play(work)


@pytest.mark.parametrize("loop", ["lifecycle.requested_stops", "log.append"])
def test_work_for_all_answers_that_failed_once_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, loop: str
) -> None:
    name = f"conversations.generation.{loop}"
    real, failures = pkgutil.resolve_name(name), iter([RuntimeError("not now")])

    def failing_once(*arguments: object) -> object:
        if failure := next(failures, None):
            raise failure
        return real(*arguments)

    async def work(stage: Stage) -> None:
        monkeypatch.setattr(name, failing_once)
        turn = await stage.send("tokens=1000 rate=20", await stage.model("good"))
        await _shown(turn.generation, 1)
        await in_thread(lifecycle.request_stop, turn.generation)
        generation, message = await stage.ended(turn)
        assert generation.status == "stopped"
        assert message.content.startswith("<gen:1:0000>")

    play(work)
    assert "not now" in caplog.text


FAILURES = {
    "400": "The model's server refused the request: ",
    "401": "The model's server refused this site's key. Tell an administrator.",
    "403-balance": "This site's key may not use this model. Tell an administrator.",
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


def test_what_a_dead_process_left_is_interrupted_with_its_text_and_offers_to_go_on() -> None:
    generation = a_running_generation(make_people().alice)
    entries = [
        log.Entry(generation.pk, seq, encode(Delta(content=f"<gen:1:{seq:04d}>")))
        for seq in range(1, 4)
    ]
    log.append(entries, [(generation.pk, OWNER, 1)])
    assert recovery.recover() == 1
    assert recovery.recover() == 0
    generation, message = generation_and_message(generation.pk)
    assert (generation.status, generation.error_code) == ("interrupted", "restarted")
    assert message.content == "<gen:1:0001><gen:1:0002><gen:1:0003>"
    assert message.is_unfinished
    state = page_state(generation.user, generation.conversation)
    assert state["messages"][0]["generation"]["seq"] == 4


def test_what_was_written_down_and_never_begun_is_ended_and_what_runs_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.generation.runner.CLEAN_UP_SECONDS", 0.05)

    async def work(stage: Stage) -> None:
        running = await stage.send("tokens=1000 rate=20", await stage.model("good"))
        lost, young = [await in_thread(a_running_generation, stage.alice) for _ in range(2)]
        long_ago = timezone.now() - timedelta(minutes=2)
        old = Generation.objects.filter(pk__in=[running.generation.pk, lost.pk])
        await in_thread(old.update, created_at=long_ago)
        await followed(lost.pk)
        generation, _ = await in_thread(generation_and_message, lost.pk)
        assert generation.status == "interrupted"
        still = await in_thread(lambda: set(Generation.objects.running()))
        assert still == {running.generation, young}

    play(work)


def test_a_site_that_ends_in_order_interrupts_what_runs_and_says_why() -> None:
    async def work(stage: Stage) -> Generation:
        turn = await stage.send("tokens=1000 rate=50", await stage.model("good"))
        await _shown(turn.generation, 3)
        return turn.generation

    # The stage drains its runner, as the server does on SIGTERM.
    generation, message = generation_and_message(play(work).pk)
    assert (generation.status, generation.error_code) == ("interrupted", "restarted")
    assert message.content.count("<") >= 3


@pytest.mark.parametrize("dialect", ["generic", "llamacpp"])
def test_an_answer_that_goes_on_keeps_its_text_and_drops_the_echo(dialect: str) -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("continues", dialect=dialect)
        turn = await stage.send("tokens=500 rate=100", model)
        await _shown(turn.generation, 3)
        await stage.stop(turn)
        _, before = await stage.ended(turn)
        more = await actions.continue_answer(stage.alice, uuid4(), before.pk)
        await _shown(more.generation, 2)
        await stage.stop(more)
        _, after = await stage.ended(more)
        assert after.pk == before.pk
        fresh = after.content.removeprefix(before.content)
        assert fresh.startswith("<gen:2:0000><gen:2:0001>")
        assert before.content not in fresh

    play(work)


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


@pytest.mark.parametrize("script", ["choices-each", "choices-one"])
def test_four_answers_on_the_page_cost_four_however_the_server_counts(script: str) -> None:
    async def work(stage: Stage) -> None:
        asked = NewMessage(None, None, "tokens=20", await stage.model(script), {"n": 4})
        turn = await actions.send(stage.alice, uuid4(), asked)
        await followed(turn.generation.pk)

    play(work)
    entry = LedgerEntry.objects.get()
    assert (entry.requests, entry.completion_tokens) == (1, 4 * 20)
