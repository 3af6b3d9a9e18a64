"""A rolling restart of three processes, under streams and page loads.

    python -m tests.bench.fleet.restart --streams 100 --loads 50

Each page asks again as soon as its answer has ended, and pages are loaded at a steady pace. One
process after the other is asked to end and is started again. Nobody may see an error: no load that
fails, no page that is without a connection for two seconds, no answer that is refused or cut. The
seconds before the restart are the yardstick. Exit code 1 when a figure is missed.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from uuid import uuid4

import aiohttp

from tests.bench.browser import Account, Refused
from tests.bench.fleet.page import Page
from tests.bench.fleet.processes import Fleet, fleet
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile, show

# Three seconds: an answer that began before the signal ends within the time that it is given.
TOKENS, RATE = 30, 10
UNDISTURBED_SECONDS = 10.0
# People who load pages, each one after the other.
LOADERS = 25
MOST_WITHOUT_SECONDS = 2.0
MOST_END_SECONDS = 10.0


@dataclass
class Outcome:
    """The results of a run, in seconds."""

    answers: Counter[str] = field(default_factory=Counter)
    loads: list[float] = field(default_factory=list)
    undisturbed_loads: list[float] = field(default_factory=list)
    connections: int = 0
    seconds: float = 0
    longest_pause: float = 0
    longest_without: float = 0
    ends: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """True if every promise was kept."""
        return (
            not (self.errors or self.tracebacks)
            and set(self.answers) == {"completed"}
            and self.longest_without <= MOST_WITHOUT_SECONDS
            and max(self.ends) <= MOST_END_SECONDS
        )


async def restart_all(running: Fleet, loads: int, before: float) -> Outcome:
    """Restart one process after the other; ``loads`` is a number a second."""
    outcome, accounts = Outcome(), running.accounts
    async with AsyncExitStack() as stack:
        pages = [Page(account, str(uuid4())) for account in accounts]
        await asyncio.gather(*map(stack.enter_async_context, pages))
        over = asyncio.Event()
        work = [asyncio.create_task(_ask(page, over, outcome)) for page in pages]
        loaders = [
            _load(accounts[n % len(accounts) :], LOADERS / loads, over, outcome)
            for n in range(LOADERS)
        ]
        work += map(asyncio.create_task, loaders)
        await asyncio.sleep(before)
        outcome.undisturbed_loads, outcome.loads = outcome.loads, []
        began = time.monotonic()
        for site in running.sites:
            await _restart(running, site, outcome)
        outcome.seconds = time.monotonic() - began
        over.set()
        await asyncio.gather(*work)
        outcome.connections = sum(page.connections for page in pages)
        outcome.longest_without = max(page.longest_without for page in pages)
    outcome.tracebacks = running.tracebacks()
    return outcome


async def _restart(running: Fleet, site: Site, outcome: Outcome) -> None:
    asked_at = time.monotonic()
    site.signal(signal.SIGTERM)
    if status := await site.ended():
        outcome.errors.append(f"a process ended with status {status}")
    outcome.ends.append(time.monotonic() - asked_at)
    await running.start(site)


async def _ask(page: Page, over: asyncio.Event, outcome: Outcome) -> None:
    """Ask on a page again and again."""
    while not over.is_set():
        try:
            started = await page.send(f"tokens={TOKENS} rate={RATE}", "good")
            generation_id = started["generation_id"]
            status = await page.finished(generation_id)
        except (Refused, TimeoutError) as error:
            outcome.errors.append(f"a message was not answered: {error!r}")
            continue
        outcome.answers[status] += 1
        outcome.longest_pause = max([outcome.longest_pause, *page.pauses(generation_id)])
        if status == "completed" and page.text[generation_id].count("<") != TOKENS:
            outcome.errors.append(f"an answer lost text: {page.text[generation_id]}")


async def _load(
    accounts: Sequence[Account], every: float, over: asyncio.Event, outcome: Outcome
) -> None:
    """Load pages at a steady pace, or one after the other where they take longer."""
    for account in cycle(accounts):
        if over.is_set():
            return
        due = time.monotonic() + every
        await _load_once(account, outcome)
        await asyncio.sleep(due - time.monotonic())


async def _load_once(account: Account, outcome: Outcome) -> None:
    began = time.monotonic()
    try:
        async with account.http.get(f"{account.site_url}/") as answer:
            text = await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        outcome.errors.append(f"a page failed to load: {error!r}")
        return
    if answer.status != 200 or not text.rstrip().endswith("</html>"):
        outcome.errors.append(f"a page came with status {answer.status}: {text[-80:]}")
    outcome.loads.append(time.monotonic() - began)


async def _measured(streams: int, loads: int) -> Outcome:
    async with fleet(streams) as running:
        return await restart_all(running, loads, UNDISTURBED_SECONDS)


def main() -> int:
    """Run from the command line; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description="A rolling restart of three processes.")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--loads", type=int, default=50, help="pages a second")
    asked = parser.parse_args()
    outcome = asyncio.run(_measured(asked.streams, asked.loads))
    show(
        f"a rolling restart, {asked.streams} streams, {asked.loads} page loads a second",
        {
            "answers": dict(outcome.answers),
            "longest pause in an answer": f"{outcome.longest_pause:.2f} s",
            "pages loaded, a second": f"{len(outcome.loads) / outcome.seconds:.1f}",
            "page load, p99": milliseconds(percentile(outcome.loads, 99)),
            "page load before the restart, p99": milliseconds(
                percentile(outcome.undisturbed_loads, 99)
            ),
            "connections of the pages": outcome.connections,
            "longest time of a page without one": f"{outcome.longest_without:.2f} s",
            "SIGTERM to the end, slowest": f"{max(outcome.ends):.2f} s",
            "errors that a person sees": len(outcome.errors),
            "tracebacks in the logs": len(outcome.tracebacks),
        },
    )
    for line in [*outcome.errors[:20], *outcome.tracebacks[:20]]:
        print(line)  # noqa: T201
    return int(not outcome.is_kept)


if __name__ == "__main__":
    sys.exit(main())
