"""The throughput that a second process adds, judged by the processor time of a token.

    python -m tests.bench.cores --streams 30 --rate 20 --seconds 12

One process of the site on PostgreSQL carries a load, then two carry it each, then one again. The
browsers share the machine, so the figure is what the site's processes and PostgreSQL use of the
processor for each token: a core carries as many tokens as it has time for. More processes are
calculated, with the same addition to the cost of a token for each, and none where it cost less.
Exit code 1 when the second core adds less than 0.8 of what the first carries, or when a token is
missing.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import postgres
from tests.bench.browser import Account, Tab
from tests.bench.load import STREAMS_A_PERSON, Delays, Load
from tests.bench.process import children, cpu_seconds
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile, show
from tests.bench.upstream import Upstream

LEAST_ADDED = 0.8


@dataclass
class Cost:
    """Tokens, and the seconds of the processor that they took."""

    tokens: int = 0
    site: float = 0.0
    database: float = 0.0
    delays: list[float] = field(default_factory=list)
    missing: int = 0

    @property
    def a_token(self) -> float:
        """Seconds for each token."""
        return (self.site + self.database) / self.tokens

    def figures(self) -> dict[str, object]:
        """The numbers as text."""
        return {
            "tokens": f"{self.tokens}, {self.missing} missing",
            "delay p50, p99": ", ".join(
                milliseconds(percentile(self.delays, each)) for each in (50, 99)
            ),
            "processor a token, site": f"{self.site / self.tokens * 1e6:.0f} µs",
            "processor a token, PostgreSQL": f"{self.database / self.tokens * 1e6:.0f} µs",
            "tokens/s that a core carries": f"{1 / self.a_token:.0f}",
        }


class Crowd:
    """The pages of one process, and their answers."""

    def __init__(self, site: Site, model: str, tabs: list[Tab]) -> None:
        self.site = site
        self._model = model
        self._tabs = tabs

    @classmethod
    async def in_front_of(
        cls, site: Site, model: str, names: list[str], stack: AsyncExitStack
    ) -> "Crowd":
        """Each person with some tabs in that process."""
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        tabs = [Tab(each, each.name) for each in accounts for _ in range(STREAMS_A_PERSON)]
        for tab in tabs:
            await stack.enter_async_context(tab)
        return cls(site, model, tabs)

    async def read(self, words: str, delays: Delays, patience: float) -> None:
        """An answer in each tab."""

        async def one(tab: Tab) -> None:
            tab.on_text = delays.note
            started = await tab.send(words, self._model)
            await tab.finished(started["generation_id"], patience)

        await asyncio.gather(*map(one, self._tabs))


async def cost_of(crowds: list[Crowd], load: Load, postmaster: int) -> Cost:
    """The cost of that load on each process."""
    all_delays = [Delays(load.tokens, since=time.time()) for _ in crowds]
    site = sum(cpu_seconds(each.site.pid) for each in crowds)
    database = _cpu_of_all(postmaster)
    reading = (
        crowd.read(load.words, delays, load.patience)
        for crowd, delays in zip(crowds, all_delays, strict=True)
    )
    await asyncio.gather(*reading)
    seconds = [each for delays in all_delays for each in delays.seconds]
    return Cost(
        tokens=len(seconds),
        site=sum(cpu_seconds(each.site.pid) for each in crowds) - site,
        database=_cpu_of_all(postmaster) - database,
        delays=seconds,
        missing=load.tokens * len(crowds) - len(seconds),
    )


def _postmaster(database: str) -> int:
    """The process that has started all others of the database's server."""
    with psycopg.connect(database) as connection:
        stat = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _cpu_of_all(postmaster: int) -> float:
    """The time of PostgreSQL: of all its processes, and of those that have ended."""
    living = sum(cpu_seconds(pid) for pid in children(postmaster))
    return cpu_seconds(postmaster, and_ended_children=True) + living


def together(costs: list[Cost]) -> Cost:
    """Several runs as one."""
    return Cost(
        tokens=sum(each.tokens for each in costs),
        site=sum(each.site for each in costs),
        database=sum(each.database for each in costs),
        delays=[delay for each in costs for delay in each.delays],
        missing=sum(each.missing for each in costs),
    )


async def measure(database: Mapping[str, str], load: Load) -> tuple[Cost, Cost]:
    """The cost with one process, and with two."""
    settings = {name: database[name] for name in ("DATABASE_URL", "DATA_DIR")}
    postmaster = _postmaster(database["DATABASE_URL"])
    alone, both = [], []
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        first, second = (Site(upstream.address, settings=settings) for _ in range(2))
        await stack.enter_async_context(first)
        people = load.streams // STREAMS_A_PERSON
        names = [f"person{number}" for number in range(2 * people)]
        model = await first.furnish(names, "good")
        crowds = [await Crowd.in_front_of(first, model, names[:people], stack)]
        await crowds[0].read("tokens=1", Delays(0), load.patience)
        alone.append(await cost_of(crowds, load, postmaster))
        async with AsyncExitStack() as later:
            await later.enter_async_context(second)
            crowds.append(await Crowd.in_front_of(second, model, names[people:], later))
            await crowds[1].read("tokens=1", Delays(0), load.patience)
            both = [await cost_of(crowds, load, postmaster) for _ in range(2)]
        alone.append(await cost_of(crowds[:1], load, postmaster))
    return together(alone), together(both)


def added(costs: Mapping[int, float], count: int) -> float:
    """The tokens that the last of so many cores adds, by those that the first carries."""
    carried = {number: number / cost for number, cost in costs.items()}
    return (carried[count] - carried[count - 1]) / carried[1]


def main() -> int:
    """Run from the command line; the exit code says whether the second core adds enough."""
    parser = argparse.ArgumentParser(description="The throughput that a second process adds.")
    parser.add_argument("--streams", type=int, default=30)
    parser.add_argument("--rate", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=12)
    load = Load(**vars(parser.parse_args()))
    with postgres.running_postgres() as server, postgres.site_on(server, "cores") as database:
        alone, both = asyncio.run(measure(database, load))
    title = f"with {load.streams} streams of {load.rate} tokens/s each"
    show(f"One process {title}", alone.figures())
    show(f"Two processes {title}", both.figures())
    # Under load commits gather more: a token that costs less then is no merit of the second core.
    more = max(0.0, both.a_token - alone.a_token)
    costs = {number: alone.a_token + more * (number - 1) for number in range(1, 5)}
    show(
        "Each core adds, of what the first carries",
        {
            f"{number} processes{'' if number == 2 else ', calculated'}": (
                f"{added(costs, number):.2f}, at {costs[number] * 1e6:.0f} µs a token"
            )
            for number in range(2, 5)
        },
    )
    return int(added(costs, 2) < LEAST_ADDED or bool(alone.missing + both.missing))


if __name__ == "__main__":
    sys.exit(main())
