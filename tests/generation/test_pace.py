"""Answers that come at once go in turns, and do not hold up the others."""

import asyncio

import pytest

from conversations.generation import pace
from conversations.generation.pace import CHUNK_BYTES, PORTION_BYTES, Pace
from conversations.upstream import Chunk, ChunkChoice, Delta

pytestmark = pytest.mark.anyio

LONG = PORTION_BYTES * 3


def chunk(size: int) -> Chunk:
    delta = Delta(content="x" * size)
    return Chunk(id="c", model="m", created=0, choices=(ChunkChoice(index=0, delta=delta),))


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "BYTES_A_SECOND", 1024 * 1024 * 1024)


@pytest.mark.parametrize("size", [0, 4, 300, PORTION_BYTES - CHUNK_BYTES - 1])
def test_a_portion_costs_no_pause(size: int) -> None:
    coroutine = Pace().keep([chunk(size)])
    with pytest.raises(StopIteration):
        coroutine.send(None)


async def test_small_chunks_that_come_at_once_pause_as_a_long_one_does() -> None:
    tokens = PORTION_BYTES // (CHUNK_BYTES + 4) + 1
    answer = asyncio.ensure_future(_keep_all(Pace(), [4] * tokens))
    await asyncio.sleep(0)
    assert not answer.done()
    await answer


async def test_long_answers_take_turns() -> None:
    line, order = asyncio.Lock(), list[str]()

    async def answer(name: str) -> None:
        mine = Pace(line)
        for _ in range(3):
            await mine.keep([chunk(LONG)])
            order.append(name)

    await asyncio.gather(*(answer(name) for name in "abc"))
    assert order == list("abcabcabc")


async def test_other_work_goes_on_between_two_portions() -> None:
    line, done = asyncio.Lock(), 0
    crowd = [asyncio.create_task(_keep_all(Pace(line), [LONG] * 5)) for _ in range(10)]
    while not all(task.done() for task in crowd):
        done += 1
        await asyncio.sleep(0)
    # One portion a pass of the loop at most.
    assert done >= 50


async def _keep_all(mine: Pace, sizes: list[int]) -> None:
    for size in sizes:
        await mine.keep([chunk(size)])
