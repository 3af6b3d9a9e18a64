"""Generations that no process runs are ended with their text, and can be continued."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from conversations.chat import actions
from conversations.chat.state import page_state
from conversations.database.threads import in_thread
from conversations.generation import log, recovery
from conversations.generation.processes import LATEST_RETURN, OWNER, Membership
from conversations.models import Generation, Process
from conversations.transcript import Delta, encode
from tests.people import make_people
from tests.playing import (
    Stage,
    a_running_generation,
    followed,
    generation_and_message,
    play,
    until_shown,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_a_dead_process_left_is_interrupted_with_its_text_and_offers_to_go_on() -> None:
    generation = a_running_generation(make_people().alice)
    entries = [
        log.Entry(generation.pk, seq, encode(Delta(content=f"<gen:1:{seq:04d}>")))
        for seq in range(1, 4)
    ]
    log.append(entries, [(generation.pk, OWNER, 1)])
    assert recovery.end_not_begun() == 1
    assert recovery.end_not_begun() == 0
    generation, message = generation_and_message(generation.pk)
    assert (generation.status, generation.error_code) == ("interrupted", "restarted")
    assert message.content == "<gen:1:0001><gen:1:0002><gen:1:0003>"
    assert message.is_unfinished
    state = page_state(generation.user, generation.conversation)
    assert state["messages"][0]["generation"]["seq"] == 4


def test_what_was_written_down_and_never_begun_is_ended_and_what_runs_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.generation.tidying.CLEAN_UP_SECONDS", 0.05)

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


class Finds(Membership):
    """A process that finds these dead."""

    def __init__(self, *dead: UUID) -> None:
        self._dead = dead

    def dead(self) -> Iterator[UUID]:
        yield from self._dead


class OthersAreFaster:
    """Locks that are free once another process has looked after the dead one."""

    def take(self, process: UUID) -> bool:
        return bool(Process.objects.filter(pk=process).delete())

    def free(self, process: UUID) -> None:
        pass

    def back_at(self) -> datetime:
        return datetime.min.replace(tzinfo=UTC)


def test_what_another_process_has_taken_over_meanwhile_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.generation.processes.process_locks", OthersAreFaster)
    Process.objects.create(name="machine", seen_at=timezone.now())
    assert recovery.take_over(Membership()) == 0


@pytest.mark.parametrize("left_by", ["dead", "unknown", "itself"])
def test_what_is_left_is_ended_after_the_clock_was_set_back(left_by: str) -> None:
    generation = a_running_generation(make_people().alice)
    owner = Process.objects.create(name="machine", seen_at=timezone.now()).pk
    if left_by != "itself":
        Generation.objects.update(owner=str(owner if left_by == "dead" else uuid4()))
    Generation.objects.update(created_at=timezone.now() + timedelta(hours=2))
    minute = timedelta(minutes=1)
    ended = {
        "dead": lambda: recovery.take_over(Finds(owner)),
        "unknown": lambda: recovery.end_unowned(minute),
        "itself": lambda: recovery.end_not_begun(silent_for=minute),
    }[left_by]()
    assert ended == 1
    generation.refresh_from_db()
    assert generation.status == "interrupted"


def test_what_a_forgotten_process_began_is_ended_once_it_is_too_late_to_return() -> None:
    generation = a_running_generation(make_people().alice)
    Generation.objects.update(owner=str(uuid4()))
    assert recovery.take_over(Finds()) == 0
    Generation.objects.update(created_at=timezone.now() - LATEST_RETURN)
    assert recovery.take_over(Finds()) == 1
    generation.refresh_from_db()
    assert generation.status == "interrupted"


def test_a_site_that_ends_in_order_interrupts_what_runs_and_says_why() -> None:
    async def work(stage: Stage) -> Generation:
        turn = await stage.send("tokens=1000 rate=50", await stage.model("good"))
        await until_shown(turn.generation, 3)
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
        await until_shown(turn.generation, 3)
        await stage.stop(turn)
        _, before = await stage.ended(turn)
        more = await actions.continue_answer(stage.alice, uuid4(), before.pk)
        await until_shown(more.generation, 2)
        await stage.stop(more)
        _, after = await stage.ended(more)
        assert after.pk == before.pk
        fresh = after.content.removeprefix(before.content)
        assert fresh.startswith("<gen:2:0000><gen:2:0001>")
        assert before.content not in fresh

    play(work)
