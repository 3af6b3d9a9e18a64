"""Processes of the last release and of this one serve a site side by side, on the new tables.

The last release serves alone again after they were taken back.
"""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.bench.browser import Account, Tab
from tests.bench.site import Site
from tests.bench.upstream import Upstream
from tests.last_release import last_release, newest_migration

__all__ = ["last_release"]
pytestmark = pytest.mark.long

_SUMS = """
    SELECT (SELECT count(*) FROM conversations_ledgerentry),
        (SELECT sum(answers) FROM conversations_usageday),
        (SELECT count(*) FROM conversations_hold),
        (SELECT count(*) FROM conversations_generation WHERE status = 'running')
"""


@pytest.fixture
def database(postgres: str) -> str:
    """The address of a database without tables."""
    name = f"release_{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
    return postgres.removesuffix("postgres") + name


async def used(tab: Tab, model: str) -> int:
    """Send, regenerate and stop; returns the number of answers, each settled as it should."""
    sent = await tab.send("tokens=3", model)
    assert await tab.finished(sent["generation_id"]) == "completed"
    message = sent["conversation"]["head_id"]
    again = await tab.request({"type": "turn.regenerate", "message_id": message})
    assert await tab.finished(again["generation_id"]) == "completed"
    for each in (sent, again):
        assert tab.text[each["generation_id"]].count("<gen:") == 3
    long = await tab.send("tokens=1000 rate=20", model)
    stopped = long["generation_id"]
    await tab.until(lambda: tab.text.get(stopped, "") != "")
    await tab.stop(stopped)
    assert await tab.finished(stopped) == "stopped"
    return 3


async def shared(account: Account, conversation: str) -> str:
    """Share a conversation publicly; the path of the link."""
    state = await account.state(conversation)
    leaf = state["conversation"]["head_id"]
    body = {"selection": {"leaf_id": leaf}, "terms": {"audience": "public"}}
    made = await _post(account, f"/c/{conversation}/share/", body)
    return str(made["link"]["url"])


async def _post(account: Account, path: str, body: Any) -> Any:
    token = next(each.value for each in account.http.cookie_jar if "csrf" in each.key)
    headers = {"X-CSRFToken": token, "Origin": account.site_url, "Content-Type": "application/json"}
    address = account.site_url + path
    async with account.http.post(address, data=json.dumps(body), headers=headers) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


def test_both_send_stream_stop_share_and_settle_and_the_old_one_goes_on(
    database: str, last_release: Path, tmp_path: Path
) -> None:
    async def work() -> None:
        settings = {"DATABASE_URL": database, "DATA_DIR": str(tmp_path)}
        async with Upstream() as upstream:
            old = Site(upstream.address, settings=settings, code=last_release)
            new = Site(upstream.address, settings=settings)
            # On a busy machine this would take longer than a start may.
            await old.run("migrate", "--verbosity", "0")
            async with old:
                model = await old.furnish(["alice"], "good")
                async with Account(old.url, "alice") as at_old, Tab(at_old, "old") as tab:
                    begun = await tab.send("tokens=100 rate=20", model)
                    answers = 1 + await used(tab, model)
                    # It migrates the tables below the running answer.
                    async with new, Account(new.url, "alice") as at_new:
                        async with Tab(at_new, "new") as other:
                            answers += await used(tab, model)
                            answers += await used(other, model)
                        assert await tab.finished(begun["generation_id"]) == "completed"
                        assert tab.text[begun["generation_id"]].count("<gen:") == 100
                        for one, another in ((at_old, at_new), (at_new, at_old)):
                            link = await shared(one, begun["conversation"]["id"])
                            path = link[link.index("/s/") :]
                            async with another.http.get(another.site_url + path) as page:
                                assert (page.status, "0099" in await page.text()) == (200, True)
                        with psycopg.connect(database) as connection:
                            found = connection.execute(_SUMS).fetchone()
                        assert found == (answers, answers, 0, 0)
                        assert new.tracebacks() == []
                assert old.tracebacks() == []
                # The new release takes its changes back, and the old one serves alone again.
                await old.end()
                await new.run("migrate", "conversations", newest_migration(last_release))
                await old.start()
                async with Account(old.url, "alice") as alice, Tab(alice, "alone") as tab:
                    await used(tab, model)
                assert old.tracebacks() == []

    asyncio.run(work())
