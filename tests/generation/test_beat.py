"""The beat: what rests goes on at the next one, and many runs have a slower one."""

import asyncio

import pytest

from conversations.generation import beat
from conversations.generation.beat import Beat

SECONDS = 5


class Stream:
    """Notes whether it is read."""

    is_read = True

    def pause(self) -> None:
        self.is_read = False

    def resume(self) -> None:
        self.is_read = True


def test_a_stream_is_not_read_while_its_run_rests() -> None:
    async def work() -> None:
        struck, stream = Beat(lambda: 1, lambda: None), Stream()
        resting = asyncio.create_task(struck.rest(stream))
        await asyncio.sleep(0)
        assert not stream.is_read
        await struck.strike()
        assert stream.is_read
        await asyncio.wait_for(resting, SECONDS)

    asyncio.run(work())


def test_what_rests_goes_on_at_the_next_beat_and_has_passed_on_what_it_has_by_then() -> None:
    rests: list[str] = []
    passed_on: list[int] = []

    async def work() -> None:
        struck = Beat(lambda: 2, lambda: rests.append("rests"))

        async def run(number: int) -> None:
            await struck.rest(Stream())
            passed_on.append(number)

        runs = [asyncio.create_task(run(number)) for number in range(2)]
        await asyncio.sleep(0)
        assert passed_on == []
        await struck.strike()
        assert passed_on == [0, 1]
        await asyncio.wait_for(asyncio.gather(*runs), SECONDS)

    asyncio.run(work())
    assert rests == ["rests", "rests"]


@pytest.mark.parametrize(("runs", "rests"), [(1, False), (beat.MANY_RUNS + 1, True)])
def test_a_reply_of_the_api_rests_among_many_runs_alone(runs: int, rests: bool) -> None:
    async def work() -> bool:
        struck = Beat(lambda: runs, lambda: None)
        resting = asyncio.create_task(struck.rest_among_many(Stream()))
        await asyncio.sleep(0)
        is_resting = not resting.done()
        await struck.strike()
        await asyncio.wait_for(resting, SECONDS)
        return is_resting

    assert asyncio.run(work()) is rests


def test_the_pause_grows_with_slow_commits_up_to_a_bound() -> None:
    def pause(runs: int, took: float) -> float:
        return Beat(lambda: runs, lambda: None).pause(took)

    assert pause(1, 0.001) == beat.SHORTEST_SECONDS
    assert pause(1, 0.04) == 0.04
    assert pause(beat.RUNS_A_BEAT, 5.0) == beat.LONGEST_SECONDS


def test_of_many_runs_each_has_its_turn_within_the_longest_pause() -> None:
    def pause(runs: int, took: float) -> float:
        return Beat(lambda: runs, lambda: None).pause(took)

    for runs in (100, 200):
        turns = runs / beat.RUNS_A_BEAT
        assert turns * (pause(runs, 0.002) + 0.002) == pytest.approx(beat.LONGEST_SECONDS)
    # Between the two the pause grows with the runs.
    one = pause(60, 0.002) + 0.002
    assert one * 60 / beat.RUNS_A_BEAT == pytest.approx(60 * beat.SECONDS_A_RUN)
    assert pause(1000, 0.01) == beat.LEAST_SECONDS


def test_those_that_have_rested_longest_go_on_first() -> None:
    number = 2 * beat.RUNS_A_BEAT + 1
    gone_on: list[int] = []
    rests: list[str] = []

    async def work() -> list[int]:
        struck = Beat(lambda: number, lambda: rests.append("rests"))

        async def run(number: int) -> None:
            await struck.rest(Stream())
            gone_on.append(number)

        runs = [asyncio.create_task(run(each)) for each in range(number)]
        await asyncio.sleep(0)
        sizes = []
        while len(gone_on) < number:
            await struck.strike()
            sizes.append(len(gone_on))
        await asyncio.wait_for(asyncio.gather(*runs), SECONDS)
        return sizes

    assert asyncio.run(work()) == [beat.RUNS_A_BEAT, 2 * beat.RUNS_A_BEAT, number]
    assert gone_on == list(range(number))
    # Whoever strikes is told that there are more.
    assert len(rests) == number + 2
