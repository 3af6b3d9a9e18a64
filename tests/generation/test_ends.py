"""A generation ends once, with its cause, its text and a plain sentence about any error."""

import asyncio
import pkgutil
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from conversations.chat import actions
from conversations.chat.turns import NewMessage, Turn
from conversations.database.threads import in_thread
from conversations.generation import lifecycle, log, recovery, stops
from conversations.generation.processes import OWNER
from conversations.generation.runner import runner
from conversations.models import (
    Conversation,
    Generation,
    LedgerEntry,
    LoggedEvent,
    Message,
)
from conversations.socket import frames, handlers
from conversations.socket.page import Page
from conversations.transcript import Delta, Finished, decode, encode, fold
from tests.people import make_people
from tests.playing import (
    Stage,
    a_running_generation,
    followed,
    generation_and_message,
    logged,
    payloads,
    play,
    until_shown,
)

pytestmark = pytest.mark.django_db(transaction=True)
CAUSES = ("completed", "stopped", "interrupted", "failed")


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


def test_an_owner_whose_answer_was_taken_over_shows_only_the_end_that_the_other_wrote() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=1000 gate=g", await stage.model("good"))
        generation_id = turn.generation.pk
        shown = runner().tails.follow(generation_id, 0)
        stage.upstream.open("g")
        first = await anext(shown)
        taken = Generation.objects.filter(pk=generation_id)
        await in_thread(taken.update, owner="another", epoch=2)
        stage.upstream.open("g", 5)
        await stage.upstream.until(lambda: stage.upstream.calls[0].ended == "left")
        assert await logged(generation_id) == first.payloads
        assert await in_thread(recovery.end_unowned) == 1
        rest = payloads([batch async for batch in shown])
        assert await logged(generation_id) == first.payloads + rest
        assert [decode(each).cause for each in rest] == ["interrupted"]
        generation, message = await in_thread(generation_and_message, generation_id)
        assert (generation.status, message.content) == (
            "interrupted",
            fold(map(decode, first.payloads)).choice(0).content,
        )

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
        await until_shown(turn.generation, 5)
        await stage.stop(turn)
        generation, message = await stage.ended(turn)
        await stage.upstream.until(lambda: stage.upstream.open_connections == 0)
        assert generation.status == "stopped"
        assert message.content == "".join(f"<gen:1:{position:04d}>" for position in range(5))

    play(work)


def test_a_stop_that_was_written_down_by_another_process_is_seen() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=1000 rate=20", await stage.model("good"))
        await until_shown(turn.generation, 1)
        await in_thread(stops.request_stop, turn.generation)
        generation, _ = await stage.ended(turn)
        assert generation.status == "stopped"

    play(work)


@pytest.mark.parametrize("loop", ["stops.requested_stops", "log.append"])
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
        await until_shown(turn.generation, 1)
        await in_thread(stops.request_stop, turn.generation)
        generation, message = await stage.ended(turn)
        assert generation.status == "stopped"
        assert message.content.startswith("<gen:1:0000>")

    play(work)
    assert "not now" in caplog.text


@pytest.mark.parametrize("script", ["choices-each", "choices-one"])
def test_four_answers_on_the_page_cost_four_however_the_server_counts(script: str) -> None:
    async def work(stage: Stage) -> None:
        asked = NewMessage(None, None, "tokens=20", await stage.model(script), {"n": 4})
        turn = await actions.send(stage.alice, uuid4(), asked)
        await followed(turn.generation.pk)

    play(work)
    entry = LedgerEntry.objects.get()
    assert (entry.requests, entry.completion_tokens) == (1, 4 * 20)
