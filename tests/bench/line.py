"""The line before a provider: nobody waits unseen, each sees the place, users share fairly.

    python -m tests.bench.line

First 300 answers on a provider without a limit, then 50 on one with a limit of 20, then five users
of whom one sends most. Exit code 1 when one of the bounds is broken.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.bench.browser import Account, Frame, Tab
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream

NAMES = ("flood", "anna", "ben", "cleo", "dora")
# Each tab sends some answers: a socket takes sixty frames at once.
ANSWERS_A_TAB = 10
UNLIMITED, LIMITED, LIMIT = 300, 50, 20
FLOOD, OTHERS = 100, 25
# Long enough that the sending is over before the first of them ends.
SHARED_WORDS = "tokens=40 rate=20"
MOST_SECONDS = 60
LEAST_JAIN = 0.95

_SET = """
from conversations.models import Provider, User
User.objects.update(answers_at_once=1000)
Provider.objects.update(max_concurrent={limit})
"""


@dataclass
class Told:
    """The events of one answer: its places in order, and when its wait ended and it ended,
    in monotonic seconds."""

    user: str
    places: list[int] = field(default_factory=list)
    admitted_at: float | None = None
    ended_at: float | None = None


class Crowd:
    """The open tabs of all users, and what each answer has told there."""

    def __init__(self, model: str, tabs: dict[str, list[Tab]]) -> None:
        self.answers: dict[str, Told] = {}
        self._model = model
        self._tabs = tabs
        for name, own in tabs.items():
            for tab in own:
                tab.on_text = self._listener(name)

    def _listener(self, name: str) -> Callable[[str, float], None]:
        def listen(text: str, _at: float) -> None:
            for generation_id, event in _events_in(json.loads(text)):
                _note(self.answers.setdefault(generation_id, Told(name)), event)

        return listen

    async def send(self, name: str, count: int, words: str) -> list[str]:
        """Send that many messages of a user; gives the ids of the answers."""
        tabs = self._tabs[name]
        sending = [tabs[n % len(tabs)].send(words, self._model) for n in range(count)]
        started = await asyncio.gather(*sending)
        ids = [each["generation_id"] for each in started]
        for each in ids:
            self.answers.setdefault(each, Told(name))
        return ids

    async def until(self, is_so: Callable[[], bool]) -> float:
        """Wait until that holds, and give the seconds that it took."""
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > MOST_SECONDS:
                raise TimeoutError
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def of(self, ids: Sequence[str]) -> list[Told]:
        """The events that these answers have shown."""
        return [self.answers[each] for each in ids]


def _events_in(frame: Frame) -> Iterator[tuple[str, Frame]]:
    if frame["type"] == "generation.events":
        for event in frame["events"]:
            yield frame["generation_id"], event
    if frame["type"] == "turn.started":
        # What was told before is part of the state.
        for message in frame["messages"]:
            if (generation := message["generation"]) and generation["place"]:
                yield generation["id"], {"type": "waiting", "place": generation["place"]}


def _note(told: Told, event: Frame) -> None:
    if event["type"] == "waiting":
        told.places.append(event["place"])
        if event["place"] == 0:
            told.admitted_at = time.monotonic()
    elif event["type"] == "finished":
        told.ended_at = time.monotonic()


def jain(shares: Sequence[float]) -> float:
    """Jain's index of fairness: 1 for equal shares, 1/n if one has all."""
    return sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))


@asynccontextmanager
async def crowd(limit: int | None, most: int) -> AsyncIterator[tuple[Crowd, Upstream]]:
    """Five users of a site whose provider has that limit, each with tabs for ``most`` answers."""
    async with Upstream() as upstream, Site(upstream.address) as site, AsyncExitStack() as stack:
        model = await site.furnish(NAMES, "good")
        await site.run("shell", "-c", _SET.format(limit=limit))
        tabs: dict[str, list[Tab]] = {}
        for name in NAMES:
            account = await stack.enter_async_context(Account(site.url, name))
            own = [Tab(account, f"{name} {n}") for n in range(-(-most // ANSWERS_A_TAB))]
            tabs[name] = [await stack.enter_async_context(tab) for tab in own]
        yield Crowd(model, tabs), upstream
        for traceback in site.tracebacks():
            raise AssertionError(traceback)


async def without_a_limit() -> dict[str, object]:
    """All answers at once on a provider without a limit."""
    each = UNLIMITED // len(NAMES)
    async with crowd(None, each) as (users, upstream):
        began = time.monotonic()
        sending = [users.send(name, each, "tokens=1 gate=all") for name in NAMES]
        ids = [one for own in await asyncio.gather(*sending) for one in own]
        sent = time.monotonic() - began
        calls: list[object] = []
        while len(calls) < UNLIMITED and time.monotonic() - began < MOST_SECONDS:
            calls, _ = await upstream.record()
        asked = time.monotonic() - began
        await upstream.open("all", UNLIMITED)
        await users.until(lambda: all(told.ended_at for told in users.of(ids)))
        waited = [told for told in users.of(ids) if told.places]
    return {
        "answers": UNLIMITED,
        "open at the upstream at once": len(calls),
        "told to wait": len(waited),
        "sent after, asked after": f"{sent:.1f} s, {asked:.1f} s",
    }


async def with_a_limit() -> dict[str, object]:
    """More answers than places: each of the others sees its place."""
    each = LIMITED // len(NAMES)
    async with crowd(LIMIT, each) as (users, upstream):
        began = time.monotonic()
        sending = [users.send(name, each, "tokens=1 gate=all") for name in NAMES]
        ids = [one for own in await asyncio.gather(*sending) for one in own]
        wanted = list(range(1, LIMITED - LIMIT + 1))

        def seen() -> list[int]:
            return sorted(told.places[-1] for told in users.of(ids) if told.places)

        await users.until(lambda: seen() == wanted)
        took = time.monotonic() - began
        calls, _ = await upstream.record()
        await upstream.open("all", LIMITED)
        await users.until(lambda: all(told.ended_at for told in users.of(ids)))
        events = sum(len(told.places) for told in users.of(ids))
    return {
        "answers, places": f"{LIMITED}, {LIMIT}",
        "asked at once": len(calls),
        "waiting, each with its place": len(wanted),
        "seconds until all places were right": f"{took:.1f}",
        "events about places": events,
    }


async def with_a_flood() -> dict[str, object]:
    """Five users, one of whom sends most and first: the places that become free."""
    async with crowd(LIMIT, FLOOD) as (users, _upstream):
        ids = await users.send("flood", FLOOD, SHARED_WORDS)
        others = [users.send(name, OTHERS, SHARED_WORDS) for name in NAMES[1:]]
        ids += [one for own in await asyncio.gather(*others) for one in own]
        began = time.monotonic()
        await users.until(lambda: all(told.ended_at for told in users.of(ids)))
    let_in: dict[str, list[float]] = {name: [] for name in NAMES}
    for told in users.of(ids):
        if told.admitted_at:
            let_in[told.user].append(told.admitted_at)
    # As long as all of them had something waiting.
    over = min(max(times) for times in let_in.values())
    shares = {name: sum(began < at <= over for at in let_in[name]) for name in NAMES}
    return {
        "answers of one, of each other": f"{FLOOD}, {OTHERS}",
        "let in while all wait": ", ".join(f"{name} {shares[name]}" for name in NAMES),
        "seconds": f"{over - began:.1f}",
        "Jain's index": f"{jain(list(shares.values())):.3f}",
    }


def main() -> int:
    """Run from the command line; the exit code says whether every bound was kept."""
    free = asyncio.run(without_a_limit())
    show("A provider without a limit", free)
    told = asyncio.run(with_a_limit())
    show("A provider with a limit", told)
    fair = asyncio.run(with_a_flood())
    show("One user sends most", fair)
    kept = (
        free["open at the upstream at once"] == UNLIMITED,
        free["told to wait"] == 0,
        told["asked at once"] == LIMIT,
        float(str(fair["Jain's index"])) >= LEAST_JAIN,
    )
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
