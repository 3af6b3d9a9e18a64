"""Leases of running answers: renewed while tokens come, and an end that is told where none are
left."""

from queue import SimpleQueue
from typing import Any
from uuid import UUID, uuid4

import pytest

from conversations.chat import actions
from conversations.chat.turns import NewMessage, Turn
from conversations.database.threads import in_thread
from conversations.generation import leases, lifecycle
from conversations.models import Generation, LedgerEntry, Message
from conversations.quotas.lease import Lease
from conversations.quotas.renewal import Asking, renew
from conversations.transcript import Notice, decode
from tests.playing import Stage, followed, logged, payloads, play, until_shown
from tests.quotas.books import assert_books_balance, limit

pytestmark = pytest.mark.django_db(transaction=True)


async def send(stage: Stage, words: str, script: str, **parameters: Any) -> Turn:
    """Send a message as Alice to a model that plays the script."""
    model = await stage.model(script)
    sending = NewMessage(None, None, words, model, parameters)
    return await actions.send(stage.alice, uuid4(), sending)


async def ended(turn: Turn) -> tuple[Message, LedgerEntry]:
    """Wait for the end; return the answer and its entry in the ledger."""
    await followed(turn.generation.pk)
    await in_thread(turn.generation.refresh_from_db)
    message = await in_thread(turn.generation.messages.get)
    return message, await in_thread(LedgerEntry.objects.get, generation_id=turn.generation.pk)


def tokens_of(message: Message) -> int:
    return (message.content + message.reasoning_content).count("<gen:")


@pytest.mark.parametrize("script", ["good", "burst", "siliconflow", "no-usage"])
def test_an_answer_ends_with_its_limit_and_says_so(script: str) -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 1_000)
        turn = await send(stage, "tokens=4000", script, max_tokens=1)
        message, entry = await ended(turn)
        assert (turn.generation.status, message.finish_reason) == ("completed", "length")
        (notice,) = turn.generation.notices
        assert notice == (
            "Your limit is 1,000 tokens a day, and all of it is used: this answer ends here."
        )
        # What is shown is what is charged, whatever had arrived by then.
        assert entry.completion_tokens == tokens_of(message)
        # The last chunk of one token passes it.
        assert entry.tokens == 1_001
        assert entry.source == ("provider" if script == "siliconflow" else "estimate")
        await in_thread(assert_books_balance, 1)
        await stage.upstream.until(lambda: stage.upstream.open_connections == 0)

    play(work)


def test_an_answer_is_cut_where_it_is_although_its_end_has_arrived() -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 87)
        # All of it, with the finish reason, comes in one read.
        turn = await send(stage, "tokens=82", "burst", max_tokens=1)
        message, entry = await ended(turn)
        assert tokens_of(message) == entry.completion_tokens < 82
        assert (turn.generation.status, message.finish_reason) == ("completed", "length")

    play(work)


def test_an_answer_that_was_written_to_its_end_was_not_cut() -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 1_000)
        # What the model thought was not sent, and is counted behind the end.
        turn = await send(stage, "tokens=20", "counts-hidden", max_tokens=1)
        message, entry = await ended(turn)
        assert (turn.generation.status, message.finish_reason) == ("completed", "stop")
        assert turn.generation.notices == []
        assert (tokens_of(message), entry.completion_tokens) == (20, 1_020)

    play(work)


def test_the_notice_comes_after_the_text_and_before_the_end() -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 300)
        turn = await send(stage, "tokens=4000", "good", max_tokens=1)
        events = [decode(each) for each in payloads(await followed(turn.generation.pk))]
        assert isinstance(events[-2], Notice)
        assert events[-2].code == "limit"
        assert (events[-1].cause, events[-1].finish_reasons) == ("completed", {"0": "length"})
        stored = [decode(each) for each in await logged(turn.generation.pk)]
        assert stored[-2:] == events[-2:]

    play(work)


def test_an_answer_asks_for_more_before_it_has_used_up_its_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renewals: SimpleQueue[tuple[int, int]] = SimpleQueue()

    def noted(asking: list[Asking]) -> dict[UUID, Lease]:
        renewed = renew(asking)
        (each,) = asking
        renewals.put((each.tokens, renewed[each.generation_id].held))
        return renewed

    async def work(stage: Stage) -> None:
        monkeypatch.setattr(leases, "renew", noted)
        await in_thread(limit, 100_000)
        turn = await send(stage, "tokens=2000 gate=g", "good", max_tokens=1)
        stage.upstream.open("g", 2)
        assert await in_thread(renewals.get, timeout=5) == (2, 513)
        # Four fifths of 513 tokens are 410.
        stage.upstream.open("g", 408)
        await until_shown(turn.generation, 410)
        assert renewals.empty()
        stage.upstream.open("g", 1)
        assert await in_thread(renewals.get, timeout=5) == (411, 1_025)
        await actions.stop(stage.alice, turn.generation.pk)
        await ended(turn)

    play(work)


def test_an_answer_within_its_length_is_never_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_asking: object) -> None:
        raise AssertionError("It holds all that it may need.")

    async def work(stage: Stage) -> None:
        monkeypatch.setattr(leases, "renew", never)
        await in_thread(limit, 100_000)
        message, entry = await ended(await send(stage, "tokens=200", "good", max_tokens=200))
        assert (tokens_of(message), entry.completion_tokens, entry.asked_tokens) == (200, 200, 200)
        message, _entry = await ended(await send(stage, "tokens=3000", "siliconflow"))
        assert tokens_of(message) == 3_000

    play(work)


def test_a_chunk_that_is_longer_than_a_step_does_not_end_an_answer_with_room() -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 100_000)
        message, entry = await ended(await send(stage, "tokens=3000", "json", max_tokens=1))
        assert (message.finish_reason, tokens_of(message)) == ("stop", 3_000)
        assert (entry.source, entry.completion_tokens) == ("provider", 3_000)
        await in_thread(assert_books_balance)

    play(work)


def test_several_answers_share_their_lease_and_each_ends_with_length() -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 1_000)
        turn = await send(stage, "tokens=900", "choices", n=3, max_tokens=2)
        await followed(turn.generation.pk)
        messages = await in_thread(list, turn.generation.messages.all())
        assert [each.finish_reason for each in messages] == ["length"] * 3
        entry = await in_thread(LedgerEntry.objects.get)
        assert entry.completion_tokens == sum(map(tokens_of, messages))
        assert entry.completion_tokens <= 1_000

    play(work)


def test_a_renewal_that_fails_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = leases.renew, []

    def failing_once(asking: Any) -> Any:
        if not failed:
            failed.append(True)
            raise ValueError
        return real(asking)

    async def work(stage: Stage) -> None:
        monkeypatch.setattr(leases, "renew", failing_once)
        monkeypatch.setattr("conversations.generation.loops.RETRY_SECONDS", 0.01)
        await in_thread(limit, 100_000)
        message, _entry = await ended(await send(stage, "tokens=600", "good", max_tokens=1))
        assert (failed, tokens_of(message)) == ([True], 600)

    play(work)


def test_an_answer_that_was_ended_elsewhere_stops_at_the_end_of_its_lease() -> None:
    async def work(stage: Stage) -> None:
        await in_thread(limit, 100_000)
        turn = await send(stage, "tokens=4000 gate=g", "good", max_tokens=5)
        stage.upstream.open("g", 2)
        await until_shown(turn.generation, 2)
        await in_thread(Generation.objects.update, epoch=2, status="interrupted")
        stage.upstream.open("g", 10)
        await stage.upstream.until(lambda: stage.upstream.calls[0].ended == "left")

    play(work)


def test_an_answer_that_a_limit_cut_is_continued_as_long_as_it_was_asked_for() -> None:
    async def work(stage: Stage) -> None:
        rule = await in_thread(limit, 300)
        turn = await send(stage, "tokens=4000", "no-usage", max_tokens=900)
        message, first = await ended(turn)
        assert (message.finish_reason, turn.calls[0].request.max_tokens) != ("stop", 900)
        rule.limit = 100_000
        await in_thread(rule.save)
        more = await actions.continue_answer(stage.alice, uuid4(), message.pk)
        assert more.calls[0].request.max_tokens == 900
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 2)
        message, second = await ended(more)
        # Only what was added is charged.
        assert first.completion_tokens + second.completion_tokens == tokens_of(message)

    play(work)


@pytest.mark.parametrize("script", ["good", "siliconflow", "no-usage"])
def test_the_tokens_so_far_are_noted_as_they_will_be_charged(
    monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    noted: SimpleQueue[int] = SimpleQueue()
    monkeypatch.setattr("conversations.generation.runner.NOTE_SECONDS", 0.01)
    monkeypatch.setattr(
        lifecycle, "note_progress", lambda tokens: [noted.put(each) for each in tokens.values()]
    )

    async def work(stage: Stage) -> None:
        turn = await send(stage, "tokens=50 at=0 gate=g", script)
        stage.upstream.open("g", 30)
        await until_shown(turn.generation, 30)
        while await in_thread(noted.get, timeout=5) != 30:
            pass
        await actions.stop(stage.alice, turn.generation.pk)
        _message, entry = await ended(turn)
        assert entry.completion_tokens == 30

    play(work)
