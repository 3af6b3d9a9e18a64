"""The line before a provider: fair between users, told, and no place is lost."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.catalog import line as line_module
from conversations.catalog.fair_queue import FairQueue
from conversations.catalog.line import Arrival, Line, WaitedTooLong
from tests.upstream.asking import run

FOR_EVER = 3600.0
OWNERS = [("alice", None), ("alice", 1), ("alice", 2), ("bob", None), ("bob", 3), ("charlie", None)]
Owner = tuple[Hashable, ...]


def _later(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


class Visit:
    """One arrival: its task, its stop, and the places that it was told."""

    def __init__(self, line: Line, owner: Owner, seconds: float = FOR_EVER) -> None:
        self.owner = owner
        self.stop = asyncio.Event()
        self.places: list[int] = []
        self.task = asyncio.ensure_future(
            line.enter(Arrival(owner, self.stop, _later(seconds), self._tell))
        )

    async def _tell(self, place: int) -> None:
        self.places.append(place)

    @property
    def is_in(self) -> bool:
        return self.task.done() and not self.task.cancelled() and self.task.result()

    @property
    def is_over(self) -> bool:
        return self.task.done() and not self.is_in


def line_of(most: int | None) -> Line:
    line = Line()
    line.most = most
    return line


async def settled() -> None:
    """Let every task run until it waits."""
    for _turn in range(20):
        await asyncio.sleep(0)


async def arrived(line: Line, *owners: Owner) -> list[Visit]:
    visits = [Visit(line, owner) for owner in owners]
    await settled()
    return visits


async def served(line: Line, visits: list[Visit]) -> list[Owner]:
    """The owners in the order in which they are let in, if the one that is in leaves each time."""
    order: list[Owner] = []
    waiting = [each for each in visits if not each.is_in]
    while waiting:
        line.leave()
        await settled()
        let_in = [each for each in waiting if each.is_in]
        order += [each.owner for each in let_in]
        waiting = [each for each in waiting if not each.is_in]
    return order


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the place is told within a hundredth of a second."""
    monkeypatch.setattr(line_module, "TELL_SECONDS", 0.01)


# Places


def test_without_a_limit_nobody_waits() -> None:
    async def work() -> None:
        visits = await arrived(line_of(None), *[("alice", None)] * 300)
        assert all(each.is_in and each.places == [] for each in visits)

    run(work())


def test_each_of_those_that_wait_is_told_its_place_at_once() -> None:
    async def work() -> None:
        visits = await arrived(line_of(20), *[("alice", None)] * 50)
        assert [each.places for each in visits if each.is_in] == [[]] * 20
        assert [each.places for each in visits if not each.is_in] == [[n + 1] for n in range(30)]

    run(work())


def test_a_change_of_the_place_is_told_and_so_is_the_end_of_the_wait(quick: None) -> None:
    async def work() -> None:
        line = line_of(1)
        _running, second, third = await arrived(line, *[("alice", None)] * 3)
        line.leave()
        await asyncio.sleep(0.05)
        assert (second.places, third.places) == ([1, 0], [2, 1])
        third.stop.set()
        await settled()
        assert third.task.result() is False

    run(work())


def test_places_far_back_are_told_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "TELL_SECONDS", 0.05)

    async def work() -> None:
        line = line_of(1)
        visits = await arrived(line, *[("alice", None)] * 101)
        for _leaving in range(10):
            line.leave()
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        # The hundredth waits ten times as long as one of the first ten.
        assert len(visits[15].places) > 1
        assert visits[100].places == [100]

    run(work())


def test_one_that_waits_too_long_leaves_the_line_and_is_told_when_to_try_again(
    quick: None,
) -> None:
    async def work() -> None:
        line = line_of(1)
        first, second = await arrived(line, ("alice", None), ("bob", None))
        hasty = Visit(line, ("charlie", None), seconds=0.03)
        with pytest.raises(WaitedTooLong) as waited:
            await hasty.task
        assert waited.value.retry_after == 1
        line.leave()
        await settled()
        assert first.is_in
        assert second.is_in
        assert not line._queue

    run(work())


@pytest.mark.parametrize(
    ("waited", "moved", "place", "advised"),
    [
        (10, 0, 1, 10),
        (10, 0, 3, 30),
        (10, 5, 5, 10),
        (10, 20, 1, 1),
        (10, -4, 30, 120),
        (0.001, 0, 1, 1),
    ],
)
def test_the_advice_is_the_pace_of_the_line(
    waited: float, moved: int, place: int, advised: int
) -> None:
    assert line_module._advised(waited, moved, place) == advised


# Fairness


def test_users_take_turns_however_many_each_has_sent() -> None:
    async def work() -> list[Owner]:
        line = line_of(1)
        many = await arrived(line, *[("alice", None)] * 5)
        return await served(line, many + await arrived(line, ("bob", None), ("charlie", None)))

    order = [owner[0] for owner in run(work())]
    assert order == ["alice", "bob", "charlie", "alice", "alice", "alice"]


def test_the_page_and_the_keys_of_a_user_take_turns_in_the_user_s_turn() -> None:
    async def work() -> list[Owner]:
        line = line_of(1)
        visits = await arrived(line, ("bob", None), *[("alice", 1)] * 3, ("alice", None))
        return await served(line, visits + await arrived(line, ("bob", None), ("bob", None)))

    order = run(work())
    assert (
        order == [("alice", 1), ("bob", None), ("alice", None), ("bob", None)] + [("alice", 1)] * 2
    )


def test_five_users_of_whom_one_sends_most_share_fairly() -> None:
    async def work() -> Counter[Hashable]:
        line = line_of(20)
        flood = await arrived(line, *[("flood", None)] * 200)
        others = [(name, None) for name in ("b", "c", "d", "e") for _ in range(20)]
        visits = flood[20:] + await arrived(line, *others)
        counts: Counter[Hashable] = Counter()
        while min(counts[name] for name in ("b", "c", "d", "e")) < 20:
            line.leave()
            await settled()
            counts.update(each.owner[0] for each in visits if each.is_in)
            visits = [each for each in visits if not each.is_in]
        for each in visits:
            each.task.cancel()
        return counts

    counts = run(work()).values()
    assert sum(counts) ** 2 / (5 * sum(count**2 for count in counts)) >= 0.95


@given(st.lists(st.sampled_from(OWNERS), max_size=30), st.data())
def test_the_order_of_a_queue_is_that_in_which_it_gives(
    owners: list[Owner], data: st.DataObject
) -> None:
    queue: FairQueue[tuple[int, Owner]] = FairQueue()
    items = list(enumerate(owners))
    for item in items:
        queue.add(item, item[1])
    gone = data.draw(st.sets(st.sampled_from(items))) if items else set()
    for item in gone:
        queue.remove(item, item[1])
    told = list(queue)
    assert [queue.take() for _ in told] == told
    assert not queue
    assert sorted(told) == sorted(set(items) - gone)
    for name in {owner[0] for owner in owners}:
        own = [number for number, owner in told if owner[0] == name]
        assert sorted(own) == sorted(n for n, owner in set(items) - gone if owner[0] == name)


@given(st.lists(st.tuples(st.sampled_from("atr"), st.sampled_from("ABCD")), max_size=60))
def test_between_two_turns_of_an_owner_each_other_has_at_most_one(
    steps: list[tuple[str, str]],
) -> None:
    queue: FairQueue[str] = FairQueue()
    waiting: Counter[str] = Counter()
    since: dict[str, list[str]] = {}
    for step, name in steps:
        if step == "a":
            if not waiting[name]:
                since[name] = []
            waiting[name] += 1
            queue.add(name, (name,))
        elif step == "r" and waiting[name]:
            waiting[name] -= 1
            queue.remove(name, (name,))
        elif step == "t" and queue:
            taken = queue.take()
            waiting[taken] -= 1
            for turns in since.values():
                turns.append(taken)
            since[taken] = []
        since = {each: turns for each, turns in since.items() if waiting[each]}
        assert all(len(turns) == len(set(turns)) for turns in since.values())


# No place is lost

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.sampled_from(OWNERS)),
        st.tuples(st.sampled_from(["leave", "stop", "cancel", "late"]), st.integers(0, 30)),
        st.tuples(st.just("most"), st.sampled_from([1, 2, 3, None])),
    ),
    max_size=40,
)


class Model:
    """A line, and all who came: what holds after any step is checked by ``check``."""

    def __init__(self) -> None:
        self.line = line_of(2)
        self.visits: list[Visit] = []

    def of(self, is_so: Callable[[Visit], bool]) -> list[Visit]:
        return [each for each in self.visits if is_so(each)]

    async def step(self, name: str, value: Any) -> None:
        if name == "arrive":
            self.visits.append(Visit(self.line, value))
        elif name == "most":
            self.line.most = value
        elif name == "leave":
            self._leave(value)
        elif waiting := self.of(lambda each: not each.task.done()):
            chosen = waiting[value % len(waiting)]
            if name == "late":
                # The place is given to one that is cancelled before it runs.
                self._leave(value)
            chosen.stop.set() if name == "stop" else chosen.task.cancel()

    def _leave(self, value: int) -> None:
        if inside := self.of(lambda each: each.is_in):
            leaving = inside[value % len(inside)]
            self.visits.remove(leaving)
            self.line.leave()

    async def check(self) -> None:
        await settled()
        self.visits = self.of(lambda each: not each.is_over)
        inside = len(self.of(lambda each: each.is_in))
        assert self.line._running == inside
        waiting = len(self.visits) - inside
        assert len(list(self.line._queue)) == waiting
        if waiting and self.line.most is not None:
            assert inside >= self.line.most


@given(_STEPS)
def test_no_place_is_lost_and_everybody_is_let_in(steps: list[tuple[str, Any]]) -> None:
    async def work() -> None:
        model = Model()
        for name, value in steps:
            await model.step(name, value)
            await model.check()
        while model.visits:
            model._leave(0)
            await model.check()
        assert model.line.is_empty

    run(work())
