"""kill -9 in mid-answer, again and again: nothing shown may be lost, repeated or mixed.

    python -m tests.bench.kill --streams 20 --rounds 10

Each round sends, kills the site at a random moment, starts it again on its data and compares what
the browsers had been shown, what is stored and what the upstream sent. Exit code 1 on a violation.
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
from tests.bench.table import show
from tests.bench.upstream import Upstream, last_words, sent_text

# Fewer to a person than the site allows to run at once.
STREAMS_A_PERSON = 5
INTERRUPTED_SECONDS = 5.0
KILL_AFTER_SECONDS = (0.05, 3.0)
TOKENS, RATE = 200, 50


@dataclass
class Stream:
    """One answer of one round, the tab that reads it and the mark that the upstream saw."""

    tab: Tab
    mark: str
    conversation_id: str = ""
    generation_id: str = ""
    message_id: str = ""
    statuses: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """The results of a run. Seconds are from the port's opening until all messages were right."""

    answers: int = 0
    shown_tokens: int = 0
    stored_tokens: int = 0
    violations: list[str] = field(default_factory=list)
    interrupted: int = 0
    slowest_seconds: float = 0.0
    tracebacks: list[str] = field(default_factory=list)


async def kill_rounds(streams: int, rounds: int, seed: int | None = None) -> Outcome:
    """Run it and give the results."""
    async with Upstream() as upstream, Site(upstream.address) as site, AsyncExitStack() as stack:
        names = [f"person{number}" for number in range(-(-streams // STREAMS_A_PERSON))]
        model = await site.furnish(names, "good")
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        run = _Run(site, upstream, model, random.Random(seed))
        for number in range(rounds):
            async with AsyncExitStack() as tabs_open:
                tabs = [Tab(accounts[n % len(names)], f"{number}.{n}") for n in range(streams)]
                for tab in tabs:
                    await tabs_open.enter_async_context(tab)
                last = await run.round(tabs)
                if number == rounds - 1:
                    run.outcome.violations += await _goes_on(upstream, last[0])
        run.outcome.tracebacks = site.tracebacks()
    return run.outcome


class _Run:
    def __init__(self, site: Site, upstream: Upstream, model: str, chance: random.Random) -> None:
        self.site = site
        self.upstream = upstream
        self.model = model
        self.chance = chance
        self.outcome = Outcome()

    async def round(self, tabs: Sequence[Tab]) -> list[Stream]:
        """Send on all tabs, kill at a random moment, start again, compare."""
        streams = [Stream(tab, f"mark={uuid4()}") for tab in tabs]
        await asyncio.gather(*(_begin(stream, self.model) for stream in streams))
        await asyncio.sleep(self.chance.uniform(*KILL_AFTER_SECONDS))
        await self.site.kill()
        opened_at = await self.site.start()
        states = await asyncio.gather(*(_ended(stream, opened_at) for stream in streams))
        seconds = time.monotonic() - opened_at
        self.outcome.slowest_seconds = max(self.outcome.slowest_seconds, seconds)
        await asyncio.gather(*(each.tab.finished(each.generation_id) for each in streams))
        await self._compare(streams, states)
        return streams

    async def _compare(self, streams: Sequence[Stream], states: Sequence[Frame]) -> None:
        calls, _ = await self.upstream.record()
        history = History()
        for stream, state in zip(streams, states, strict=True):
            sent = [sent_text(call) for call in calls if stream.mark in last_words(call)]
            answer = _answer(stream, state, sent)
            history.shown += stream.tab.history
            history.answers.append(answer)
            self.outcome.interrupted += answer.statuses[-1] == "interrupted"
            self.outcome.stored_tokens += answer.stored.count("<")
            self.outcome.shown_tokens += stream.tab.text[stream.generation_id].count("<")
        self.outcome.answers += len(streams)
        self.outcome.violations += violations(history)


async def _begin(stream: Stream, model: str) -> None:
    started = await stream.tab.send(f"{stream.mark} tokens={TOKENS} rate={RATE}", model)
    stream.conversation_id = started["conversation"]["id"]
    stream.generation_id = started["generation_id"]
    stream.message_id = started["conversation"]["head_id"]
    stream.statuses.append("running")


async def _ended(stream: Stream, opened_at: float) -> Frame:
    """The state of the conversation as soon as its answer has ended, at most 5 s after opening."""
    while True:
        state = await stream.tab.account.state(stream.conversation_id)
        stream.statuses.append(_message(state, stream.message_id)["generation"]["status"])
        if stream.statuses[-1] != "running" or time.monotonic() - opened_at > INTERRUPTED_SECONDS:
            return state


def _message(state: Frame, message_id: str) -> Frame:
    return next(message for message in state["messages"] if message["id"] == message_id)


def _answer(stream: Stream, state: Frame, sent: list[str]) -> Answer:
    return Answer(
        generation_id=stream.generation_id,
        owner=stream.tab.account.name,
        client_request_id=stream.mark,
        stored=_message(state, stream.message_id)["content"],
        statuses=stream.statuses,
        sent=sent,
    )


async def _goes_on(upstream: Upstream, stream: Stream) -> list[str]:
    """The faults of Continue and Regenerate on an interrupted answer."""
    found = []
    before = stream.tab.text[stream.generation_id]
    for kind in ("turn.continue", "turn.regenerate"):
        started = await stream.tab.request({"type": kind, "message_id": stream.message_id})
        generation_id = started["generation_id"]
        status = await stream.tab.finished(generation_id)
        text = stream.tab.text[generation_id]
        sent = sent_text((await upstream.calls_of(stream.mark))[-1])
        if status != "completed":
            found.append(f"{kind}: it ended as {status}")
        if text != (before if kind == "turn.continue" else "") + sent:
            found.append(f"{kind}: the text is not what was kept and what was sent")
    return found


def main() -> int:
    """Run from the command line; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description="kill -9 in mid-answer, again and again.")
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int)
    asked = parser.parse_args()
    outcome = asyncio.run(kill_rounds(asked.streams, asked.rounds, asked.seed))
    show(
        f"kill -9, {asked.streams} streams, {asked.rounds} rounds",
        {
            "answers": outcome.answers,
            "tokens shown": outcome.shown_tokens,
            "tokens stored": outcome.stored_tokens,
            "violations (lost, repeated, mixed)": len(outcome.violations),
            "interrupted": outcome.interrupted,
            "port open to all messages right, slowest": f"{outcome.slowest_seconds:.2f} s",
            "tracebacks in the log": len(outcome.tracebacks),
        },
    )
    for violation in [*outcome.violations, *outcome.tracebacks]:
        print(violation)  # noqa: T201
    late = outcome.slowest_seconds > INTERRUPTED_SECONDS
    return int(bool(outcome.violations or late or outcome.interrupted != outcome.answers))


if __name__ == "__main__":
    sys.exit(main())
