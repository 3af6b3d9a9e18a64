"""A ledger of PostgreSQL with a table for each month: nothing of the site notices."""

import asyncio
import subprocess
from datetime import UTC, date, datetime
from typing import NamedTuple

import psycopg
import pytest

from tests.bench.browser import Account, Tab
from tests.bench.process import ROOT
from tests.bench.site import Site
from tests.bench.upstream import Upstream
from tests.postgres import manage

pytestmark = pytest.mark.long

_SCRIPT = ROOT / "deploy/postgresql/ledger_by_month.sql"
# A ledger with an old entry, and one of a month to come when the script has run.
_ENTRY = """
from datetime import date, datetime, UTC
from uuid import uuid4
from conversations.database import rows
from conversations.models import LedgerEntry
day = date.fromisoformat("{day}")
moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
rows.insert(LedgerEntry, dict(
    generation_id=uuid4(), user_id=None, username="zoe", model_name="m", provider_name="p",
    api_key_name="", day=day, reserved_at=moment, settled_at=moment, outcome="completed",
    error_code="", source="provider", requests=1, prompt_tokens=1, completion_tokens=1,
    cost_micros=1, asked_tokens=None, first_token_ms=None, duration_ms=1))
"""
_LIST = "/admin/conversations/ledgerentry/"
_PROMOTE = """
from conversations.models import User
User.objects.update(is_staff=True, is_superuser=True)
"""


def by_month(database: str) -> None:
    """Run the script, as operators do."""
    command = ["psql", database, "--quiet", "--set=ON_ERROR_STOP=1", f"--file={_SCRIPT}"]
    subprocess.run(command, check=True, capture_output=True)


class Entry(NamedTuple):
    """The table, the user and the number of an entry of the ledger."""

    table: str
    user: str
    number: int


def places(database: str) -> list[Entry]:
    """The entries of the ledger in order of their days."""
    asked = "SELECT tableoid::regclass::text, username, id FROM conversations_ledgerentry"
    with psycopg.connect(database) as connection:
        return [Entry(*row) for row in connection.execute(f"{asked} ORDER BY day, id")]


def test_answers_are_settled_before_while_and_after_it_is_divided(
    postgres_site: dict[str, str],
) -> None:
    database = postgres_site["DATABASE_URL"]
    manage(postgres_site, "shell", "-c", _ENTRY.format(day="2025-01-31"))

    year, month = divmod(datetime.now(UTC).month + 4, 12)
    later = date(datetime.now(UTC).year + year, month + 1, 1)

    async def work() -> None:
        settings = {name: postgres_site[name] for name in ("DATABASE_URL", "DATA_DIR")}
        async with Upstream() as upstream, Site(upstream.address, settings=settings) as site:
            model = await site.furnish(["alice"], "good")
            await site.run("shell", "-c", _PROMOTE)
            async with Account(site.url, "alice") as alice, Tab(alice, "tab") as tab:
                begun = await tab.send("tokens=40 rate=20", model)
                await asyncio.to_thread(by_month, database)
                assert await tab.finished(begun["generation_id"]) == "completed"
                after = await tab.send("tokens=2", model)
                assert await tab.finished(after["generation_id"]) == "completed"
                await asyncio.to_thread(by_month, database)
                await site.run("shell", "-c", _ENTRY.format(day=later))
                for number in (entry.number for entry in places(database)):
                    for path in (_LIST, f"{_LIST}{number}/change/"):
                        async with alice.http.get(site.url + path) as page:
                            assert (path, page.status) == (path, 200)
            assert site.tracebacks() == []

    asyncio.run(work())
    first = "conversations_ledgerentry_first"
    assert [entry[:2] for entry in places(database)] == [
        (first, "zoe"),
        (first, "alice"),
        (first, "alice"),
        (f"conversations_ledgerentry_{later:%Y_%m}", "zoe"),
    ]
    assert len({entry.number for entry in places(database)}) == 4
