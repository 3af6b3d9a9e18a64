"""The delay of tokens that another process of the site receives, beside that of the same process.

    python -m tests.bench.elsewhere --streams 100 --rate 5 --seconds 15

Two processes on PostgreSQL. All answers run in the first; each is read there by the page that
asked for it, and at the same time by a page in the second, which follows it in the log. Exit code
1 when half of the tokens need longer than 100 ms to the second page, or when any does not come.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack

from tests import postgres
from tests.bench.browser import Account, Tab
from tests.bench.load import STREAMS_A_PERSON, Delays, Load
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile, show
from tests.bench.upstream import Upstream

MOST_P50_SECONDS = 0.100


async def measure(database: Mapping[str, str], load: Load) -> tuple[Delays, Delays]:
    """The delays in the process of the answers, and in the other one."""
    settings = {name: database[name] for name in ("DATABASE_URL", "DATA_DIR")}
    here, there = Delays(load.tokens), Delays(load.tokens)
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        sites = [Site(upstream.address, settings=settings) for _ in range(2)]
        for site in sites:
            await stack.enter_async_context(site)
        names = [f"person{number}" for number in range(-(-load.streams // STREAMS_A_PERSON))]
        model = await sites[0].furnish(names, "good")
        asking, following = [await _tabs(stack, site, names, load.streams) for site in sites]

        async def read(tab: Tab, other: Tab) -> None:
            tab.on_text, other.on_text = here.note, there.note
            started = await tab.send(load.words, model)
            await other.follow(started["generation_id"])
            for each in (tab, other):
                await each.finished(started["generation_id"], load.patience)

        await asyncio.gather(*map(read, asking, following))
    return here, there


async def _tabs(stack: AsyncExitStack, site: Site, names: list[str], count: int) -> list[Tab]:
    accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
    tabs = [Tab(accounts[number % len(names)], f"tab {number}") for number in range(count)]
    for tab in tabs:
        await stack.enter_async_context(tab)
    return tabs


def main() -> int:
    """Run from the command line; the exit code says whether the tokens came soon enough."""
    parser = argparse.ArgumentParser(description="Tokens that another process receives.")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=15)
    load = Load(**vars(parser.parse_args()))
    with postgres.running_postgres() as server, postgres.site_on(server, "here") as database:
        here, there = asyncio.run(measure(database, load))
    title = f"{load.streams} streams of {load.rate} tokens/s for {load.seconds} s"
    for place, delays in (("the same process", here), ("another process", there)):
        show(f"Pages in {place}, {title}", _figures(delays))
    is_soon = percentile(there.seconds, 50) <= MOST_P50_SECONDS
    is_all = len(here.seconds) == len(there.seconds) == load.tokens
    return int(not (is_soon and is_all))


def _figures(delays: Delays) -> dict[str, object]:
    return {
        "tokens arrived": f"{len(delays.seconds)} of {delays.asked}",
        "delay p50": milliseconds(percentile(delays.seconds, 50)),
        "delay p99": milliseconds(percentile(delays.seconds, 99)),
    }


if __name__ == "__main__":
    sys.exit(main())
