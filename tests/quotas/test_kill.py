"""kill -9 with a hundred holds open: the next start settles every one of them, once."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from tests.bench.browser import Account, Tab
from tests.bench.site import Site
from tests.bench.upstream import Upstream

PEOPLE, ANSWERS_EACH = 7, 15
LIMIT = """
from conversations.models import Rule
Rule.objects.create(measure="tokens", period="day", limit=10_000_000)
"""
BOOKS = """
import json
from conversations.models import Generation, Hold, LedgerEntry
from tests.quotas.books import assert_books_balance
assert_books_balance()
print(json.dumps({
    "holds": Hold.objects.count(),
    "grown": Hold.objects.filter(completion_bound__gt=1).count(),
    "entries": LedgerEntry.objects.count(),
    "running": Generation.objects.running().count(),
}))
"""


@pytest.mark.long
def test_a_hundred_holds_of_a_killed_site_are_settled_once_before_the_port_opens() -> None:
    async def work() -> tuple[dict[str, object], dict[str, object]]:
        async with Upstream() as upstream, Site(upstream.address) as site:
            names = [f"person{number}" for number in range(PEOPLE)]
            model = await site.furnish(names, "good")
            await site.run("shell", "-c", LIMIT)
            async with AsyncExitStack() as stack:
                accounts = [
                    await stack.enter_async_context(Account(site.url, name)) for name in names
                ]
                tabs = [
                    await stack.enter_async_context(Tab(account, account.name))
                    for account in accounts
                ]
                sends = (
                    tab.send("tokens=1000 rate=5", model, parameters={"max_tokens": 1})
                    for tab in tabs
                    for _ in range(ANSWERS_EACH)
                )
                await asyncio.gather(*sends)
                before = json.loads(await site.run("shell", "-v", "0", "-c", BOOKS))
                await site.kill()
            await site.start()
            return before, json.loads(await site.run("shell", "-v", "0", "-c", BOOKS))

    before, after = asyncio.run(work())
    answers = PEOPLE * ANSWERS_EACH
    assert (before["holds"], before["entries"], before["running"]) == (answers, 0, answers)
    # Their servers ignore max_tokens, so that they hold more by now.
    assert before["grown"] == answers
    assert (after["holds"], after["entries"], after["running"]) == (0, answers, 0)
