"""The costs of an answer, a token and an open page, from which `tests.bench.sizing` reckons.

    python -m tests.bench.costs --answers 200

On SQLite and on PostgreSQL: bytes that stay in the database, events while it is written, processor
time of the site and of the database's server, and memory of an open page.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import postgres
from tests.bench.browser import Account, Tab
from tests.bench.process import cpu_seconds
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream

# So many that the memory of one page shows in that of the process.
TABS_A_PERSON, PEOPLE = 18, 16
# A line of it is a token, as the scripted upstream writes it.
TOKENS, RATE, TOKEN_BYTES = 300, 30, len("<gen:1:0001>")
QUESTION = "word " * 40
AT_ONCE = 40
_SIZES = """
import json
from django.db import connection
from conversations.models import LoggedEvent, LedgerEntry, Message
with connection.cursor() as cursor:
    def one(statement):
        cursor.execute(statement)
        return int(cursor.fetchone()[0] or 0)
    def size():
        if connection.vendor == "sqlite":
            pages = one("PRAGMA page_count") - one("PRAGMA freelist_count")
            return pages * one("PRAGMA page_size")
        return one("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace "
            "AND relname <> 'conversations_loggedevent'")
    counts = [each.objects.count() for each in (LoggedEvent, LedgerEntry, Message)]
    LoggedEvent.objects.all().delete()
    print(json.dumps([*counts, size()]))
"""


@dataclass(frozen=True)
class Costs:
    """For one answer where nothing else is said."""

    events: float
    ledger_entries: float
    messages: float
    bytes_besides_text: float
    site_seconds_a_token: float
    site_seconds: float
    database_seconds: float
    bytes_a_page: float


async def measured(database: Mapping[str, str], answers: int) -> Costs:
    """Ask for that many answers, and leave pages open."""
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        settings = {name: each for name, each in database.items() if name == "DATABASE_URL"}
        site = await stack.enter_async_context(Site(upstream.address, settings=settings))
        names = [f"person{n}" for n in range(PEOPLE)]
        model = await site.furnish(names, "good")
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        tabs = [Tab(accounts[n % len(names)], f"tab {n}") for n in range(AT_ONCE)]
        for tab in tabs:
            await stack.enter_async_context(tab)
        # What a process and a database do once is not counted.
        await _ask(tabs, model, len(tabs), tokens=1)
        short = await _seconds(site, database, tabs, model, answers=len(tabs) * 4, tokens=1)
        first = await _sizes(site)
        long = await _seconds(site, database, tabs, model, answers=answers, tokens=TOKENS)
        events, ledger, messages, size = await _sizes(site)
        before = _resident(site.pid)
        more = [Tab(each, "idle") for each in accounts for _ in range(TABS_A_PERSON)]
        for tab in more:
            await stack.enter_async_context(tab)
        a_page = (_resident(site.pid) - before) / len(more)
    text = TOKENS * TOKEN_BYTES + len(QUESTION)
    return Costs(
        events=events / answers,
        ledger_entries=(ledger - first[1]) / answers,
        messages=(messages - first[2]) / answers,
        bytes_besides_text=(size - first[3]) / answers - text,
        site_seconds_a_token=(long[0] - short[0]) / (TOKENS - 1),
        site_seconds=short[0],
        database_seconds=long[1],
        bytes_a_page=a_page,
    )


async def _sizes(site: Site) -> list[int]:
    """Events, ledger entries, messages, and the bytes of the database without events."""
    # The shell says before how many objects it has imported.
    printed = await site.run("shell", "-c", _SIZES)
    return list(json.loads(printed.splitlines()[-1]))


async def _ask(tabs: list[Tab], model: str, answers: int, tokens: int) -> None:
    async def some(tab: Tab, number: int) -> None:
        for _ in range(number):
            words = f"{QUESTION} tokens={tokens} rate={RATE}"
            started = await tab.send(words, model)
            await tab.finished(started["generation_id"])

    await asyncio.gather(*(some(tab, answers // len(tabs)) for tab in tabs))


async def _seconds(
    site: Site,
    database: Mapping[str, str],
    tabs: list[Tab],
    model: str,
    *,
    answers: int,
    tokens: int,
) -> tuple[float, float]:
    """Processor seconds of the site and of the database's server for one of these answers."""
    address = database.get("DATABASE_URL")
    before = cpu_seconds(site.pid), _server_seconds(address)
    await _ask(tabs, model, answers, tokens)
    after = cpu_seconds(site.pid), _server_seconds(address)
    return (after[0] - before[0]) / answers, (after[1] - before[1]) / answers


def _server_seconds(address: str | None) -> float:
    """Processor seconds of the processes that a PostgreSQL server has just now."""
    if address is None:
        return 0.0
    with psycopg.connect(address) as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        return sum(cpu_seconds(pid) for (pid,) in connection.execute(asked))


def _resident(pid: int) -> int:
    """The memory of a process in bytes."""
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="The costs of an answer and of an open page.")
    parser.add_argument("--answers", type=int, default=200)
    answers = parser.parse_args().answers
    show("On SQLite", _figures(asyncio.run(measured({}, answers))))
    if postgres.missing():
        print(postgres.missing())  # noqa: T201
        return 0
    with postgres.running_postgres() as server, postgres.site_on(server, "costs") as database:
        show("On PostgreSQL", _figures(asyncio.run(measured(database, answers))))
    return 0


def _figures(costs: Costs) -> dict[str, object]:
    return {
        "events in the log, an answer": f"{costs.events:.0f}, of {TOKENS} tokens at {RATE}/s",
        "entries in the ledger, an answer": f"{costs.ledger_entries:.2f}",
        "messages, an answer": f"{costs.messages:.2f}",
        "bytes besides the text, an answer": f"{costs.bytes_besides_text:.0f}",
        "processor of the site, an answer of a token": f"{costs.site_seconds * 1e3:.1f} ms",
        "and each further token": f"{costs.site_seconds_a_token * 1e6:.0f} µs",
        "of the database's server, an answer": f"{costs.database_seconds * 1e3:.1f} ms",
        "memory of an open page": f"{costs.bytes_a_page / 1024:.0f} kB",
    }


if __name__ == "__main__":
    sys.exit(main())
