"""Two hundred sends at once against room for ten: exactly ten are accepted."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.bench.browser import Account, Refused, Tab
from tests.bench.site import Site
from tests.bench.upstream import Upstream

SENDS, ROOM = 200, 10
# Below what one socket may say at once.
SENDS_A_TAB = 25
LIMIT = f"""
from conversations.models import Rule
Rule.objects.create(measure="requests", period="day", limit={ROOM})
"""
BOOKS = """
from conversations.models import Counter
from tests.quotas.books import assert_books_balance
assert_books_balance()
print(*(f"{each.used + each.held}" for each in Counter.objects.all()))
"""


@pytest.mark.long
def test_of_two_hundred_sends_through_the_running_site_ten_are_accepted() -> None:
    async def work() -> tuple[int, str]:
        async with Upstream() as upstream, Site(upstream.address) as site:
            model = await site.furnish(["alice"], "good")
            await site.run("shell", "-c", LIMIT)
            async with Account(site.url, "alice") as alice, AsyncExitStack() as stack:
                tabs = [
                    await stack.enter_async_context(Tab(alice, f"tab {number}"))
                    for number in range(SENDS // SENDS_A_TAB)
                ]
                sends = (_accepted(tab, model) for tab in tabs for _ in range(SENDS_A_TAB))
                accepted = sum(await asyncio.gather(*sends))
                return accepted, await site.run("shell", "-v", "0", "-c", BOOKS)

    accepted, books = asyncio.run(work())
    assert (accepted, books.split()) == (ROOM, [str(ROOM)])


async def _accepted(tab: Tab, model: str) -> bool:
    try:
        await tab.send("Tell me about tea.", model, parameters={"max_tokens": 200})
    except Refused as refused:
        if refused.frame["code"] != "quota_exceeded":
            raise
        return False
    return True


@pytest.fixture
def environment(postgres: str) -> Iterator[dict[str, str]]:
    """What a process needs to serve the PostgreSQL database."""
    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        variables = {"DATA_DIR": place, "DATABASE_URL": postgres, "LOCAL_MODEL": "off"}
        yield {**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}


SETTING = """
from tests.people import make_model, make_people
make_people(); make_model()
"""


@pytest.mark.long
def test_of_two_hundred_sends_by_three_processes_on_postgresql_ten_are_accepted(
    environment: dict[str, str],
) -> None:
    _manage(environment, "migrate", "--verbosity", "0")
    _manage(environment, "shell", "-c", SETTING + LIMIT)
    senders = [_sender(environment, count) for count in (67, 67, 66)]
    for sender in senders:
        assert sender.stdout.readline() == "ready\n"
    for sender in senders:
        sender.stdin.write("go\n")
        sender.stdin.flush()
    assert sum(int(sender.communicate(timeout=60)[0]) for sender in senders) == ROOM
    assert _manage(environment, "shell", "-v", "0", "-c", BOOKS).split() == [str(ROOM)]


def _sender(environment: dict[str, str], count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.quotas.sender", "alice", str(count)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)


def _manage(environment: dict[str, str], *arguments: str) -> str:
    root = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, str(root / "manage.py"), *arguments]
    done = subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
