"""An answer that waits in the line before its provider: told, shown, and ended like any other."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pytest_django import Settings

from conversations.catalog import line
from conversations.chat import state
from conversations.chat.turns import Turn
from conversations.database.threads import in_thread
from conversations.generation import runner as runner_module
from conversations.generation.runner import runner
from conversations.models import Conversation, LedgerEntry, Provider, User
from conversations.transcript import Waiting, decode
from tests.playing import Stage, generation_and_message, logged, play

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = "good?gate=g,tokens=1"


async def full(stage: Stage, most: int = 1) -> tuple[str, list[Turn]]:
    """A model whose provider has as many answers as it may have at once."""
    model = await stage.model(MODEL)
    await in_thread(Provider.objects.update, max_concurrent=most)
    running = [await stage.send("Hi", model) for _ in range(most)]
    await stage.upstream.until(lambda: len(stage.upstream.calls) == most)
    return model, running


async def places_of(turn: Turn) -> list[int]:
    """The places that the log of an answer tells."""
    events = [decode(payload) for payload in await logged(turn.generation.pk)]
    return [event.place for event in events if isinstance(event, Waiting)]


async def told(turn: Turn, place: int) -> None:
    """Wait until an answer has been told its place."""
    async for batch in runner().tails.follow(turn.generation.pk, 0):
        if any(f'"waiting","place":{place}' in payload for payload in batch.payloads):
            return


def shown(user: User, turn: Turn) -> dict[str, Any]:
    """The state of the answer's generation on a page that is loaded now."""
    conversation = Conversation.objects.get(pk=turn.conversation.pk)
    generation: dict[str, Any] = state.page_state(user, conversation)["messages"][-1]["generation"]
    return generation


def test_the_place_is_an_event_and_part_of_the_state_until_the_answer_begins() -> None:
    async def work(stage: Stage) -> None:
        model, (first,) = await full(stage)
        second = await stage.send("Hi", model)
        await told(second, 1)
        waiting = await in_thread(shown, stage.alice, second)
        assert (waiting["status"], waiting["place"], waiting["seq"]) == ("running", 1, 1)
        stage.upstream.open("g", 1)
        await told(second, 0)
        assert (await in_thread(shown, stage.alice, second))["place"] is None
        stage.upstream.open("g", 1)
        for turn in (first, second):
            generation, message = await stage.ended(turn)
            assert generation.status == "completed"
            assert message.content.startswith("<gen:")
        assert (await in_thread(shown, stage.alice, second))["place"] is None
        assert await places_of(first) == []
        assert await places_of(second) == [1, 0]

    play(work)


def test_with_fifty_answers_and_twenty_places_each_of_the_thirty_sees_its_place(
    settings: Settings,
) -> None:
    settings.RUNNING_ANSWERS = 50

    async def work(stage: Stage) -> None:
        model, running = await full(stage, 20)
        waiting = [await stage.send("Hi", model) for _ in range(30)]
        for place, turn in enumerate(waiting, 1):
            await told(turn, place)
        states = [await in_thread(shown, stage.alice, turn) for turn in waiting]
        assert [each["place"] for each in states] == list(range(1, 31))
        stage.upstream.open("g", 50)
        ended = [(await stage.ended(turn))[0].status for turn in [*running, *waiting]]
        assert ended == ["completed"] * 50
        assert len(stage.upstream.calls) == 50

    play(work)


def test_a_line_makes_few_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "TELL_SECONDS", 30)

    async def work(stage: Stage) -> None:
        model, running = await full(stage)
        waiting = [await stage.send("Hi", model) for _ in range(8)]
        await told(waiting[-1], 8)
        stage.upstream.open("g", 9)
        for turn in [*running, *waiting]:
            await stage.ended(turn)
        assert [len(await places_of(turn)) for turn in waiting] == [2] * 8

    play(work)


async def _stop(stage: Stage, turn: Turn) -> None:
    await stage.stop(turn)
    await stage.ended(turn)


async def _deactivate(stage: Stage, turn: Turn) -> None:
    await in_thread(User.objects.filter(pk=stage.alice.pk).update, is_active=False)
    await stage.ended(turn)


async def _disable(stage: Stage, turn: Turn) -> None:
    await in_thread(Provider.objects.update, enabled=False)
    await stage.ended(turn)


async def _drain(_stage: Stage, _turn: Turn) -> None:
    """The stage does it at its end."""


@pytest.mark.parametrize(
    ("end", "status", "code"),
    [
        (_stop, "stopped", ""),
        (_deactivate, "stopped", "deactivated"),
        (_disable, "stopped", "model_taken_away"),
        (_drain, "interrupted", "restarted"),
    ],
)
def test_a_wait_ends_like_an_answer(
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Stage, Turn], Awaitable[None]],
    status: str,
    code: str,
) -> None:
    monkeypatch.setattr(runner_module, "REVOCATION_POLL_SECONDS", 0.02)

    async def work(stage: Stage) -> tuple[Turn, int]:
        model, _running = await full(stage)
        waiting = await stage.send("Hi", model)
        await told(waiting, 1)
        await end(stage, waiting)
        return waiting, len(stage.upstream.calls)

    turn, calls = play(work)
    generation, message = generation_and_message(turn.generation.pk)
    assert (generation.status, generation.error_code) == (status, code)
    assert (message.content, calls) == ("", 1)
    assert LedgerEntry.objects.get(generation_id=generation.pk).tokens == 0
