"""A backup while answers run, restored into another site.

    python -m tests.bench.backup --streams 40 --rate 25

On SQLite and on PostgreSQL: the delay of tokens without a backup and during one, and whether the
restored site has the same counts and hashes, every answer of before, and of each answer that ran
the text of a moment, as interrupted. Exit code 1 when any of it differs.
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace

from tests import postgres
from tests.bench.browser import Account, Frame, Tab
from tests.bench.load import STREAMS_A_PERSON, Delays, Load
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile, show
from tests.bench.upstream import Upstream

STORES = ("sqlite", "postgresql")
# Answers last longer than any backup, and are stopped after it.
BACKUP_SECONDS = 300
# So that a backup takes seconds, as that of a site with some history does.
CONVERSATIONS = 300
_FILL = """
from conversations.models import Conversation, Message, User
user = User.objects.first()
made = [Conversation(user=user, title=f"Old {n}") for n in range(%d)]
Conversation.objects.bulk_create(made)
Message.objects.bulk_create(
    [Message(conversation=each, role="user", content=f"{each.pk} {n} " + "word " * 200)
     for each in made for n in range(80)], batch_size=1000)
"""


@dataclass
class Outcome:
    """The results on one store; ``faults`` are sentences about what differs."""

    calm: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    seconds: float = 0.0
    said: str = ""
    interrupted: int = 0
    right: int = 0
    faults: list[str] = field(default_factory=list)


async def backup_under_load(database: Mapping[str, str], load: Load, filled: int) -> Outcome:
    """Run it on a site with these settings of its database."""
    outcome, calm, busy = Outcome(), Delays(load.tokens), Delays(load.tokens)
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        settings = {name: each for name, each in database.items() if name == "DATABASE_URL"}
        site = await stack.enter_async_context(Site(upstream.address, settings=settings))
        names = [f"person{n}" for n in range(-(-load.streams // STREAMS_A_PERSON))]
        model = await site.furnish(names, "good")
        await site.run("shell", "-c", _FILL % filled)
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        tabs = [Tab(accounts[n % len(names)], f"tab {n}") for n in range(load.streams)]
        for tab in tabs:
            await stack.enter_async_context(tab)
        ended = await _answers(tabs, model, load, calm)
        long = replace(load, seconds=BACKUP_SECONDS)
        running = asyncio.create_task(_answers(tabs, model, long, busy))
        file = site.place / "backup.zip"
        await _all_write(tabs, ended)
        busy.seconds.clear()
        began = time.monotonic()
        outcome.said = await site.run("backup", str(file))
        outcome.seconds = time.monotonic() - began
        outcome.calm, outcome.busy = calm.seconds, list(busy.seconds)
        for tab in tabs:
            for name in tab.text:
                await tab.stop(name)
        later = await running
        await site.end()
        with _another(database) as restored:
            # The key is what a backup does not have.
            shutil.copy(site.place / "encryption_key", restored.place)
            said = await restored.run("restore", "--replace", str(file))
            if "equal to the backup" not in said:
                outcome.faults.append(said)
            async with restored:
                await _compare(restored, tabs, (ended, later), outcome)
    return outcome


async def _all_write(tabs: list[Tab], before: list[Frame]) -> None:
    """Wait until each tab shows some of another answer than before."""
    known = {each["generation_id"] for each in before}
    for tab in tabs:
        await tab.until(lambda t=tab: any(t.text[name] for name in t.text.keys() - known))


async def _answers(tabs: list[Tab], model: str, load: Load, delays: Delays) -> list[Frame]:
    async def read(tab: Tab) -> Frame:
        tab.on_text = delays.note
        started = await tab.send(load.words, model)
        await tab.finished(started["generation_id"], load.patience)
        return started

    return await asyncio.gather(*map(read, tabs))


async def _compare(
    site: Site, tabs: list[Tab], answers: tuple[list[Frame], list[Frame]], to: Outcome
) -> None:
    """Look at each answer in the restored site."""
    async with AsyncExitStack() as stack:
        names = {tab.account.name for tab in tabs}
        accounts = {
            name: await stack.enter_async_context(Account(site.url, name)) for name in names
        }
        for tab, ended, ran in zip(tabs, *answers, strict=True):
            account = accounts[tab.account.name]
            await _look(account, tab, ended, "completed", to)
            await _look(account, tab, ran, "interrupted", to)


@contextmanager
def _another(database: Mapping[str, str]) -> Iterator[Site]:
    address = database.get("DATABASE_URL")
    if address is None:
        yield Site()
        return
    server, _slash, name = address.rpartition("/")
    with postgres.site_on(server, f"{name}_restored") as environment:
        yield Site(settings={"DATABASE_URL": environment["DATABASE_URL"]})


async def _look(account: Account, tab: Tab, sent: Frame, wanted: str, to: Outcome) -> None:
    """Compare an answer with what its tab has shown of it at last."""
    state = await account.state(sent["conversation"]["id"])
    head = sent["conversation"]["head_id"]
    message = next(each for each in state["messages"] if each["id"] == head)
    status, text = message["generation"]["status"], message["content"]
    shown = tab.text[sent["generation_id"]]
    to.interrupted += status == "interrupted"
    is_right = shown == text if wanted == "completed" else shown.startswith(text)
    to.right += is_right and status == wanted
    if status != wanted:
        to.faults.append(f"An answer is {status} and not {wanted}.")
    if not is_right:
        to.faults.append(f"An answer has other {len(text)} characters than its tab showed.")


def run_on(store: str, load: Load, filled: int = CONVERSATIONS) -> Outcome:
    """Run it on SQLite, or on a PostgreSQL server that is started for it."""
    if store == "sqlite":
        return asyncio.run(backup_under_load({}, load, filled))
    with postgres.running_postgres() as server, postgres.site_on(server, "original") as database:
        return asyncio.run(backup_under_load(database, load, filled))


def main() -> int:
    """Run from the command line; the exit code says whether everything was restored."""
    parser = argparse.ArgumentParser(description="A backup while answers run, restored.")
    parser.add_argument("--streams", type=int, default=40)
    parser.add_argument("--rate", type=int, default=25)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--store", choices=STORES, action="append")
    asked = parser.parse_args()
    load = Load(asked.streams, asked.rate, asked.seconds)
    faults = []
    for store in asked.store or STORES:
        if store == "postgresql" and postgres.missing():
            print(postgres.missing())  # noqa: T201
            continue
        outcome = run_on(store, load)
        faults += outcome.faults
        title = f"Backup during {load.streams} answers of {load.rate} tokens/s, {store}"
        show(title, _figures(outcome))
        for fault in outcome.faults:
            print(fault)  # noqa: T201
    return int(bool(faults))


def _figures(outcome: Outcome) -> dict[str, object]:
    return {
        "backup": outcome.said.split(": ", 1)[1].splitlines()[0],
        "time": f"{outcome.seconds:.1f} s, of which the start of Python is about one",
        "restored": "equal counts and hashes" if not outcome.faults else "DIFFERS",
        "answers right": outcome.right,
        "of these interrupted": outcome.interrupted,
        "delay without, p50 p99 max": _spread(outcome.calm),
        "delay during, p50 p99 max": _spread(outcome.busy),
    }


def _spread(seconds: list[float]) -> str:
    wanted = (percentile(seconds, 50), percentile(seconds, 99), max(seconds))
    return ", ".join(map(milliseconds, wanted))


if __name__ == "__main__":
    sys.exit(main())
