"""The tokens of a running generation, and its leases, without a server."""

import asyncio
import threading
from typing import Any
from uuid import uuid4

import pytest

from conversations.generation import leases
from conversations.generation.leases import Leases
from conversations.generation.message_run import cut
from conversations.generation.run import Run
from conversations.quotas.lease import Lease
from conversations.transcript import Finished, TokenCounts
from conversations.upstream import Chunk, Usage
from conversations.upstream.types import ChunkChoice, Delta, ToolCallDelta


def chunk(*texts: str, counted: int | None = None, **delta: Any) -> Chunk:
    """A chunk with one choice for each text."""
    choices = [
        ChunkChoice(index=index, delta=Delta(content=text or None, **delta))
        for index, text in enumerate(texts)
    ]
    usage = counted and Usage(prompt_tokens=9, completion_tokens=counted, total_tokens=9 + counted)
    return Chunk(id="c1", model="m", created=1, choices=tuple(choices), usage=usage or None)


def ended(choice: int) -> Chunk:
    """The end of one choice, as its chunk tells it."""
    end = ChunkChoice(index=choice, delta=Delta(), finish_reason="stop")
    return Chunk(id="c1", model="m", created=1, choices=(end,))


def a_run(**fields: Any) -> Run:
    return Run(uuid4(), 1, **fields)


def test_short_pieces_are_tokens_and_long_ones_are_counted_by_their_bytes() -> None:
    short, long = a_run(), a_run()
    for _ in range(3):
        short.count(chunk("a word"))
        long.count(chunk("four" * 10))
    assert (short.tokens, long.tokens) == (3, 30)
    assert (short.measured.text_bytes, long.measured.text_bytes) == (18, 120)


def test_all_that_is_written_counts() -> None:
    run = a_run(choices=2)
    run.count(chunk("four" * 10, "four" * 20))
    call = ToolCallDelta(index=0, id="c", name="f", arguments="four" * 30)
    run.count(chunk("", reasoning_content="four" * 40, tool_calls=(call,)))
    run.count(chunk(""))
    assert (run.tokens, run.pieces) == (10 + 20 + 30 + 40, 3)


def test_what_the_provider_counts_on_the_way_is_better_than_an_estimate() -> None:
    run = a_run(lease=Lease(longest=100))
    run.count(chunk("four" * 10, counted=12))
    assert run.tokens == 12
    # It stands until the text shows that it is not kept up.
    run.count(chunk("four" * 10))
    assert run.tokens == 12
    run.count(chunk("four" * 100))
    assert run.tokens == 120


def test_an_absurd_count_on_the_way_is_not_believed() -> None:
    run = a_run(lease=Lease(longest=100))
    run.count(chunk("four" * 10, counted=100 + 1_024))
    assert run.tokens == 1_124
    run.count(chunk("four" * 10, counted=100 + 1_025))
    assert run.tokens == 20


def test_a_cut_keeps_the_reason_of_a_choice_that_had_ended() -> None:
    run = a_run(choices=2)
    run.count(chunk("a", "b", counted=5))
    run.count(ended(0))
    assert not run.is_written
    assert cut(run) == Finished(
        cause="completed",
        finish_reasons={"0": "stop", "1": "length"},
        usage=TokenCounts(9, 5, 14),
    )


def test_what_the_provider_counts_behind_the_end_needs_no_more() -> None:
    run = a_run(choices=2, lease=Lease(held=10, asked=10, longest=2_000))
    run.count(chunk("a", "b", counted=900))
    assert run.needs_more
    run.count(ended(0))
    assert run.needs_more
    run.count(ended(1))
    assert not run.needs_more


# The thread that renews may have a connection of an earlier test.
@pytest.mark.django_db(transaction=True)
def test_a_run_that_went_on_while_it_was_renewed_is_renewed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    has_asked, may_go_on = threading.Event(), threading.Event()
    asked: list[int] = []

    def renew(asking: list[Any]) -> dict[Any, Lease]:
        asked.extend(each.tokens for each in asking)
        has_asked.set()
        assert may_go_on.wait(5)
        return {each.generation_id: Lease(held=each.tokens + 10) for each in asking}

    async def work() -> bool:
        monkeypatch.setattr(leases, "renew", renew)
        run, all_leases = a_run(lease=Lease(held=10)), Leases()
        working = asyncio.create_task(all_leases.work())
        run.tokens = 9
        assert await all_leases.allows(run)
        assert await asyncio.to_thread(has_asked.wait, 5)
        run.tokens = 100
        waiting = asyncio.create_task(all_leases.allows(run))
        may_go_on.set()
        try:
            return await waiting
        finally:
            working.cancel()

    assert asyncio.run(work())
    assert asked == [9, 100]
