"""Stops at random moments, the time before the first token included, and life after them.

    python -m tests.bench.stops --stops 1000

Every second stop comes from another tab than the one that sent. Afterwards 20 answers must come
whole, and the upstream must have no call and no connection left that nobody waits for.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

from tests.bench.browser import Account, Frame, Tab
from tests.bench.checker import Answer, History, violations
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile, show
from tests.bench.upstream import Call, Upstream, last_words, sent_text

PEOPLE, PAIRS_A_PERSON = 8, 2
SENDS_AFTERWARDS = 20
STOP_AFTER_SECONDS = 1.0
MOST_STOP_SECONDS = 0.5
# The site closes what is idle for 30 seconds, and looks for it every 30 seconds.
IDLE_SECONDS = 65
TOKENS, RATE = 500, 50


@dataclass(frozen=True)
class Stopped:
    """One answer that was stopped at the Unix time ``at``, with the text that was shown then."""

    mark: str
    at: float
    tab: Tab
    shown: str
    generation_id: str
    state: Frame

    @property
    def message(self) -> Frame:
        """The answer as it is stored."""
        return next(
            message
            for message in self.state["messages"]
            if (message["generation"] or {}).get("id") == self.generation_id
        )


@dataclass
class Outcome:
    """The results of a run. Seconds are from a stop's sending to the upstream's end of the call."""

    stopped: int = 0
    before_first_token: int = 0
    seconds: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    calls_left: int = 0
    completed: int = 0
    connections_left: int = 0
    tracebacks: list[str] = field(default_factory=list)


async def stop_often(stops: int, *, until_idle: bool = True) -> Outcome:
    """Run it and give the results; ``until_idle`` waits until all connections have closed."""
    outcome = Outcome()
    async with Upstream() as upstream, Site(upstream.address) as site, AsyncExitStack() as stack:
        names = [f"person{number}" for number in range(PEOPLE)]
        model = await site.furnish(names, "good")
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        pairs = [await _pair(stack, account) for account in accounts * PAIRS_A_PERSON]
        todo = list(range(stops))
        stopped = await asyncio.gather(*(_stops(pair, model, todo) for pair in pairs))
        await _compare(upstream, [each for several in stopped for each in several], outcome)
        outcome.completed = await _sends([pair[0] for pair in pairs], model)
        if until_idle:
            outcome.connections_left = await _left_open(upstream)
        outcome.tracebacks = site.tracebacks()
    return outcome


async def _pair(stack: AsyncExitStack, account: Account) -> tuple[Tab, Tab]:
    sender, other = Tab(account, str(uuid4())), Tab(account, str(uuid4()))
    await stack.enter_async_context(sender)
    await stack.enter_async_context(other)
    return sender, other


async def _stops(pair: tuple[Tab, Tab], model: str, todo: list[int]) -> list[Stopped]:
    found = []
    while todo:
        number = todo.pop()
        # Every fifth at once, which is before the first token.
        delay = random.uniform(0, STOP_AFTER_SECONDS) if number % 5 else 0
        found.append(await _stop(pair[0], pair[number % 2], model, delay))
    return found


async def _stop(sender: Tab, stopper: Tab, model: str, delay: float) -> Stopped:
    mark = f"mark={uuid4()}"
    started = await sender.send(f"{mark} tokens={TOKENS} rate={RATE}", model)
    generation_id = started["generation_id"]
    await asyncio.sleep(delay)
    at, shown = time.time(), sender.text[generation_id]
    await stopper.stop(generation_id)
    await sender.finished(generation_id)
    state = await sender.account.state(started["conversation"]["id"])
    return Stopped(mark, at, sender, shown, generation_id, state)


async def _compare(upstream: Upstream, stopped: Sequence[Stopped], outcome: Outcome) -> None:
    calls, _ = await upstream.record()
    by_mark = {last_words(call).partition(" ")[0]: call for call in calls}
    outcome.calls_left = sum(call["ended_at"] is None for call in calls)
    history = History()
    for each in stopped:
        call = by_mark.get(each.mark)
        history.answers.append(_answer(each, call))
        if call and call["ended_at"]:
            outcome.seconds.append(call["ended_at"] - each.at)
        outcome.stopped += each.message["generation"]["status"] == "stopped"
        outcome.before_first_token += each.shown == ""
        if not each.message["content"].startswith(each.shown):
            outcome.violations.append(f"{each.generation_id}: text that was shown had gone")
    for tab in {each.tab for each in stopped}:
        history.shown += tab.history
    outcome.violations += violations(history)


def _answer(stopped: Stopped, call: Call | None) -> Answer:
    return Answer(
        generation_id=stopped.generation_id,
        owner=stopped.tab.account.name,
        client_request_id=stopped.mark,
        stored=stopped.message["content"],
        statuses=["running", stopped.message["generation"]["status"]],
        sent=[sent_text(call)] if call else [],
    )


async def _sends(tabs: Sequence[Tab], model: str) -> int:
    async def send(tab: Tab) -> bool:
        started = await tab.send("tokens=5", model)
        status = await tab.finished(started["generation_id"])
        return status == "completed" and tab.text[started["generation_id"]].count("<") == 5

    chosen = [tabs[number % len(tabs)] for number in range(SENDS_AFTERWARDS)]
    return sum(await asyncio.gather(*(send(tab) for tab in chosen)))


async def _left_open(upstream: Upstream) -> int:
    """The number of the site's connections after it had time to close idle ones."""
    _, still_open = await upstream.record()
    deadline = time.monotonic() + IDLE_SECONDS
    while still_open and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        _, still_open = await upstream.record()
    return still_open


def main() -> int:
    """Run from the command line; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description="Stops at random moments.")
    parser.add_argument("--stops", type=int, default=1000)
    asked = parser.parse_args()
    outcome = asyncio.run(stop_often(asked.stops))
    show(
        f"{asked.stops} stops at random moments",
        {
            "stopped": outcome.stopped,
            "of them before the first token": outcome.before_first_token,
            "stop to the upstream closed, p50": milliseconds(percentile(outcome.seconds, 50)),
            "stop to the upstream closed, p99": milliseconds(percentile(outcome.seconds, 99)),
            "stop to the upstream closed, max": milliseconds(max(outcome.seconds)),
            "violations (text lost, repeated, mixed)": len(outcome.violations),
            "calls that nobody waits for": outcome.calls_left,
            f"of {SENDS_AFTERWARDS} sends afterwards, completed": outcome.completed,
            "connections left open": outcome.connections_left,
            "tracebacks in the log": len(outcome.tracebacks),
        },
    )
    for violation in [*outcome.violations[:20], *outcome.tracebacks]:
        print(violation)  # noqa: T201
    kept = (
        outcome.stopped == asked.stops
        and not (outcome.violations or outcome.calls_left or outcome.connections_left)
        and outcome.completed == SENDS_AFTERWARDS
        and max(outcome.seconds) <= MOST_STOP_SECONDS
    )
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
