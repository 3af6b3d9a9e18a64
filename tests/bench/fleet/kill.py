"""kill -9 of one of three processes in mid-answer, again and again.

    python -m tests.bench.fleet.kill --streams 100 --rounds 10

Each round sends on all pages, kills one process at a random moment and starts it again when all
answers have ended. What the pages had been shown, what is stored and what the upstream sent are
compared. A first round without a kill is the yardstick. Exit code 1 when a figure is missed.
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

from tests.bench.browser import Frame
from tests.bench.checker import Answer, History, violations
from tests.bench.fleet.page import Page
from tests.bench.fleet.processes import Fleet, fleet
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import last_words, sent_text

TOKENS, RATE = 60, 10
KILL_AFTER_SECONDS = (0.1, 2.0)
MOST_PAUSE_SECONDS = 1.0
MOST_BACK_SECONDS = 5.0


@dataclass
class Stream:
    """One answer of one round, its page, and the mark that the upstream saw."""

    page: Page
    mark: str
    started: Frame = field(default_factory=dict)

    @property
    def generation_id(self) -> str:
        """The id of the answer."""
        return str(self.started["generation_id"])


@dataclass
class Outcome:
    """The results of a run, in seconds from the kill."""

    answers: int = 0
    shown_tokens: int = 0
    stored_tokens: int = 0
    violations: list[str] = field(default_factory=list)
    left: int = 0
    ended_once: int = 0
    others_completed: int = 0
    longest_pause: float = 0
    slowest_back: float = 0
    tracebacks: list[str] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """True if every promise was kept."""
        return (
            not (self.violations or self.tracebacks)
            and 0 < self.left == self.ended_once
            and self.left + self.others_completed == self.answers
            and self.longest_pause <= MOST_PAUSE_SECONDS
            and self.slowest_back <= MOST_BACK_SECONDS
        )


async def kill_rounds(running: Fleet, rounds: int) -> Outcome:
    """Kill one process after the other, and start each again."""
    outcome = Outcome()
    for number in range(rounds):
        killed = running.sites[number % len(running.sites)]
        await _Round(running, outcome).play(killed)
        await running.start(killed)
    outcome.tracebacks = running.tracebacks()
    return outcome


async def undisturbed_pause(running: Fleet) -> float:
    """The longest pause of an answer in a round without a kill, after what processes do once."""
    await _Round(running, Outcome()).play(None)
    outcome = Outcome()
    await _Round(running, outcome).play(None)
    return outcome.longest_pause


class _Round:
    def __init__(self, running: Fleet, outcome: Outcome) -> None:
        self._running = running
        self._outcome = outcome

    async def play(self, killed: Site | None) -> None:
        """Send on all pages, kill that process, and compare once all answers have ended."""
        async with AsyncExitStack() as stack:
            pages = [Page(account, str(uuid4())) for account in self._running.accounts]
            await asyncio.gather(*map(stack.enter_async_context, pages))
            streams = await asyncio.gather(*map(_begun, pages))
            await asyncio.sleep(random.uniform(*KILL_AFTER_SECONDS))
            left = self._running.owned_by(killed) if killed else set()
            at = time.monotonic()
            if killed:
                await killed.kill()
            await asyncio.gather(*(each.page.finished(each.generation_id) for each in streams))
            self._measure(streams, left, at)
            await self._compare(streams)

    def _measure(self, streams: Sequence[Stream], left: set[str], at: float) -> None:
        outcome = self._outcome
        outcome.answers += len(streams)
        outcome.left += len(left)
        outcome.ended_once += self._running.ends(list(left)).count(("interrupted", 1))
        for each in streams:
            name, page = each.generation_id, each.page
            if name in left:
                outcome.slowest_back = max(outcome.slowest_back, page.ended_at(name) - at)
            else:
                outcome.others_completed += page.status[name] == "completed"
                longest = max(page.pauses(name, since=at), default=0)
                outcome.longest_pause = max(outcome.longest_pause, longest)

    async def _compare(self, streams: Sequence[Stream]) -> None:
        calls, _ = await self._running.upstream.record()
        by_mark = {last_words(call).partition(" ")[0]: call for call in calls}
        history = History()
        for each in streams:
            answer = await _stored(each, sent_text(by_mark[each.mark]))
            history.shown += each.page.history
            history.answers.append(answer)
            self._outcome.stored_tokens += answer.stored.count("<")
            self._outcome.shown_tokens += each.page.text[each.generation_id].count("<")
        self._outcome.violations += violations(history)


async def _begun(page: Page) -> Stream:
    stream = Stream(page, f"mark={uuid4()}")
    stream.started = await page.send(f"{stream.mark} tokens={TOKENS} rate={RATE}", "good")
    await page.until(lambda: page.text.get(stream.generation_id, "") != "")
    return stream


async def _stored(stream: Stream, sent: str) -> Answer:
    account = stream.page.account
    state = await account.state(stream.started["conversation"]["id"])
    message = state["messages"][-1]
    return Answer(
        generation_id=stream.generation_id,
        owner=account.name,
        client_request_id=stream.mark,
        stored=message["content"],
        statuses=["running", message["generation"]["status"]],
        sent=[sent],
    )


async def _measured(streams: int, rounds: int) -> tuple[float, Outcome]:
    async with fleet(streams) as running:
        return await undisturbed_pause(running), await kill_rounds(running, rounds)


def main() -> int:
    """Run from the command line; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description="kill -9 of one of three processes.")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    undisturbed, outcome = asyncio.run(_measured(asked.streams, asked.rounds))
    show(
        f"kill -9 of one of three processes, {asked.streams} streams, {asked.rounds} rounds",
        {
            "answers": outcome.answers,
            "tokens shown": outcome.shown_tokens,
            "tokens stored": outcome.stored_tokens,
            "violations (lost, repeated, mixed)": len(outcome.violations),
            "answers of killed processes": outcome.left,
            "of them interrupted, with one last event": outcome.ended_once,
            "answers of the others, completed": outcome.others_completed,
            "longest pause of those": f"{outcome.longest_pause:.2f} s",
            "longest pause of an undisturbed round": f"{undisturbed:.2f} s",
            "kill to the end on the page, slowest": f"{outcome.slowest_back:.2f} s",
            "tracebacks in the logs": len(outcome.tracebacks),
        },
    )
    for line in [*outcome.violations[:20], *outcome.tracebacks[:20]]:
        print(line)  # noqa: T201
    return int(not outcome.is_kept)


if __name__ == "__main__":
    sys.exit(main())
