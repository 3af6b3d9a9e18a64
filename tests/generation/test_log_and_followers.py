"""Events are numbered once, committed before they are shown, and the same for every follower."""

import asyncio

import pytest

from conversations.generation.runner import runner
from conversations.socket import follower
from conversations.socket.follower import Follower
from conversations.transcript import decode, fold
from tests.playing import Stage, followed, logged, payloads, play

pytestmark = pytest.mark.django_db(transaction=True)


def test_events_of_generations_that_run_together_are_numbered_without_gaps_in_each() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good")
        turns = [await stage.send("tokens=40 rate=200", model) for _ in range(5)]
        shown = await asyncio.gather(*(followed(turn.generation.pk) for turn in turns))
        for turn, batches in zip(turns, shown, strict=True):
            assert [batch.seq for batch in batches] == _ends(batches)
            assert payloads(batches) == await logged(turn.generation.pk)
            generation, message = await stage.ended(turn)
            assert generation.last_seq == batches[-1].seq
            assert message.content == _text(payloads(batches))
            assert message.content == "".join(call_tokens(stage, message.content, 40))

    play(work)


def call_tokens(stage: Stage, content: str, count: int) -> list[str]:
    """Return the tokens of the call that the content names."""
    number = content.split(":")[1]
    assert number in {str(call.number) for call in stage.upstream.calls}
    return [f"<gen:{number}:{position:04d}>" for position in range(count)]


def _ends(batches: list) -> list[int]:
    ends, seq = [], 0
    for batch in batches:
        seq += len(batch.payloads)
        ends.append(seq)
    return ends


def _text(shown: list[str]) -> str:
    return fold(decode(payload) for payload in shown).choice(0).content


def test_a_follower_is_never_shown_an_event_that_is_not_in_the_log() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=60 rate=300", await stage.model("good"))
        shown: list[str] = []
        async for batch in runner().tails.follow(turn.generation.pk, 0):
            shown += batch.payloads
            assert (await logged(turn.generation.pk))[: batch.seq] == shown

    play(work)


def test_a_follower_gets_exactly_the_rest_from_any_cursor_while_it_runs_and_afterwards() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=12 gate=g", await stage.model("good"))
        generation_id = turn.generation.pk
        await _tokens_one_by_one(stage, generation_id, 6)
        begun = [asyncio.create_task(followed(generation_id, after)) for after in range(7)]
        stage.upstream.open("g", 6)
        while_running = [payloads(batches) for batches in await asyncio.gather(*begun)]
        whole = await logged(generation_id)
        assert while_running == [whole[after:] for after in range(7)]
        later = [payloads(await followed(generation_id, after)) for after in range(len(whole) + 2)]
        assert later == [whole[after:] for after in range(len(whole) + 2)]

    play(work)


async def _tokens_one_by_one(stage: Stage, generation_id: object, count: int) -> None:
    """Open the gate token by token, so that each becomes an event of its own."""
    shown = runner().tails.follow(generation_id, 0)
    for _ in range(count):
        stage.upstream.open("g")
        await anext(shown)
    await shown.aclose()


def test_two_followers_are_shown_the_same() -> None:
    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=50 rate=300", await stage.model("good"))
        first, second = await asyncio.gather(
            followed(turn.generation.pk), followed(turn.generation.pk)
        )
        assert payloads(first) == payloads(second) == await logged(turn.generation.pk)

    play(work)


def test_a_page_that_does_not_read_is_sent_one_window_and_the_rest_when_it_reads_on() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("huge-answer")
        turn = await stage.send("size=2000000", model)
        _, message = await stage.ended(turn)
        sent: list[str] = []
        pushed = asyncio.Event()

        async def send(frame: str) -> None:
            sent.append(frame)
            pushed.set()

        reader = Follower(turn.generation.pk, send, asyncio.Lock())
        reading = asyncio.create_task(reader.follow(0))
        for _ in range(50):
            await asyncio.sleep(0)
        await pushed.wait()
        assert sum(map(len, sent[:-1])) <= follower.WINDOW_BYTES
        while not reading.done():
            reader.acknowledge(10**9)
            await asyncio.sleep(0)
        assert len("".join(sent)) > len(message.content) == 2_000_000

    play(work)


def test_a_page_that_never_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "ACKNOWLEDGE_SECONDS", 0.05)
    monkeypatch.setattr(follower, "WINDOW_BYTES", 100)

    async def nowhere(frame: str) -> None:
        """Send nothing, like the socket of a page that sleeps."""

    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=20 rate=100", await stage.model("good"))
        with pytest.raises(follower.NotAcknowledged):
            await Follower(turn.generation.pk, nowhere, asyncio.Lock()).follow(0)
        generation, _ = await stage.ended(turn)
        assert generation.status == "completed"

    play(work)
