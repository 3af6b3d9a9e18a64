"""The response times of the usage reports with a large ledger, on SQLite.

python -m tests.bench.dashboards --rows 1000000 --keep /tmp/place

A year of answers by 500 people with 24 models of 4 providers; a kept place is filled once.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--keep", type=Path)
OPTIONS = parser.parse_args() if __name__ == "__main__" else parser.parse_args([])
PLACE = OPTIONS.keep or Path(tempfile.mkdtemp(prefix="parley-bench-"))
os.environ |= {"DATA_DIR": str(PLACE), "LOCAL_MODEL": "off"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import AsyncClient, Client  # noqa: E402

from conversations.models import (  # noqa: E402
    LanguageModel,
    LedgerEntry,
    Provider,
    UsageDay,
    UsageTotal,
    User,
)
from tests.bench.table import milliseconds, percentile, show  # noqa: E402

DAYS = 366
PEOPLE = 500
MODELS = 24
PROVIDERS = 4
ERRORS = ("rate_limited", "timeout", "upstream_error", "connection_lost", "context_too_long")
LEDGER_COLUMNS = (
    "generation_id", "user_id", "username", "model_name", "provider_name", "api_key_name", "day",
    "reserved_at", "settled_at", "outcome", "error_code", "source", "requests", "prompt_tokens",
    "completion_tokens", "cost_micros", "asked_tokens", "first_token_ms", "duration_ms",
)  # fmt: skip
SUMS = """COUNT(*), SUM(source = 'estimate'), SUM(completion_tokens > asked_tokens),
    SUM(requests), SUM(prompt_tokens), SUM(completion_tokens), SUM(cost_micros),
    SUM(COALESCE(first_token_ms, 0)), SUM(first_token_ms IS NOT NULL)"""
SUM_COLUMNS = """answers, estimated, overlong, requests, prompt_tokens, completion_tokens,
    cost_micros, first_token_ms, first_token_answers"""
TOTAL_KEY = "day, model_name, provider_name, outcome, error_code"


def main() -> None:
    """Fill the place if it is empty, ask for every page and print the table."""
    settings.STATIC_ROOT, settings.ALLOWED_HOSTS = PLACE / "static", ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not LedgerEntry.objects.exists():
        started = time.perf_counter()
        fill(OPTIONS.rows)
        sys.stderr.write(f"filled in {time.perf_counter() - started:.0f} s\n")
    client = Client()
    client.force_login(User.objects.get(username="dana"))
    figures = {name: timed(client, path) for name, path in pages().items()}
    figures |= {"ledger, all of it as CSV": exported(User.objects.get(username="dana"))}
    counts = f"{LedgerEntry.objects.count():,} entries, {UsageDay.objects.count():,} days of people"
    show(f"{counts}, {UsageTotal.objects.count():,} totals: p50, worst", figures)


def fill(rows: int) -> None:
    """Make users, groups, models, a ledger and its totals."""
    names = ["dana", *(f"person-{number}" for number in range(1, PEOPLE))]
    User.objects.create_superuser("dana", "dana@example.org", "a quiet afternoon")
    User.objects.bulk_create(User(username=name) for name in names[1:])
    people = list(User.objects.order_by("pk"))
    for number in range(5):
        group = Group.objects.create(name=f"Group {number}")
        group.user_set.set(people[number :: number + 2])
    for number in range(PROVIDERS):
        Provider.objects.create(name=f"Provider {number}", base_url="http://127.0.0.1:9/v1")
    providers = list(Provider.objects.order_by("name"))
    for number in range(MODELS):
        name = f"vendor/model-{number}"
        provider = providers[number % PROVIDERS]
        LanguageModel.objects.create(name=name, upstream_name=name, provider=provider)
    with transaction.atomic(), connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(LEDGER_COLUMNS))
        cursor.executemany(
            f"INSERT INTO conversations_ledgerentry ({', '.join(LEDGER_COLUMNS)})"
            f" VALUES ({places})",
            entries(rows, [(person.pk, person.username) for person in people]),
        )
        for table, key in (
            ("usageday", f"user_id, username, {TOTAL_KEY}"),
            ("usagetotal", TOTAL_KEY),
        ):
            cursor.execute(
                f"INSERT INTO conversations_{table} ({key}, {SUM_COLUMNS})"
                f" SELECT {key}, {SUMS} FROM conversations_ledgerentry GROUP BY {key}"
            )


def entries(rows: int, people: list[tuple[int, str]]) -> Iterator[tuple[Any, ...]]:
    """Ledger rows in the order in which they were settled; a few people and models have most."""
    chance = random.Random(1)
    heavy = [1 / (number + 1) ** 0.7 for number in range(len(people))]
    popular = [1 / (number + 1) for number in range(MODELS)]
    whos = chance.choices(people, heavy, k=rows)
    models = chance.choices(range(MODELS), popular, k=rows)
    outcomes = chance.choices(("completed", "stopped", "failed"), (93, 5, 2), k=rows)
    last = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(days=DAYS) / rows
    for number, (who, model, outcome) in enumerate(zip(whos, models, outcomes, strict=True)):
        begun = last - timedelta(days=DAYS - 1) + step * number
        prompt, completion = chance.randrange(20, 4000), chance.randrange(10, 1500)
        failed = outcome == "failed"
        cost = prompt + 4 * completion
        yield (
            UUID(int=number).hex, *who, f"vendor/model-{model}", f"Provider {model % PROVIDERS}",
            "", begun.date().isoformat(), begun.isoformat(" "), begun.isoformat(" "), outcome,
            chance.choice(ERRORS) if failed else "", "estimate" if failed else "provider", 1,
            prompt, completion, cost, 1400,
            None if failed else chance.randrange(100, 3000), 5000,
        )  # fmt: skip


def pages() -> dict[str, str]:
    """Every page, over a year and over the usual days, with filters, and the ledger's list."""
    today = datetime.now(UTC).date()
    year = f"first={today - timedelta(days=DAYS - 1)}&last={today}"
    usage = "/admin/usage/"
    reports = ("", "models/", "people/", "groups/", "providers/", "errors/")
    asked = {
        "30 days": "",
        "a year": year,
        "a year, one model": f"{year}&model=vendor/model-0",
        "a year, one person": f"{year}&person=person-3",
        "a year, one group": f"{year}&group=Group 0",
    }
    found = {
        f"usage by {report.strip('/') or 'days'}, {name}": f"{usage}{report}?{query}"
        for report in reports
        for name, query in asked.items()
    }
    found["usage by people as CSV, a year"] = f"{usage}people.csv?{year}"
    return found | {f"ledger, {name}": path for name, path in ledger(today).items()}


def ledger(today: date) -> dict[str, str]:
    """The ledger's list by what it is filtered and searched by."""
    path = "/admin/conversations/ledgerentry/"
    return {
        "all": path,
        "last page": f"{path}?p=200",
        "oldest first": f"{path}?o=1",
        "failed": f"{path}?outcome=failed",
        "an outcome that is not there": f"{path}?outcome=interrupted",
        "an error": f"{path}?error_code=timeout",
        "estimates": f"{path}?source__exact=estimate",
        "a model": f"{path}?model_name=vendor/model-0",
        "a provider and an outcome": f"{path}?provider_name=Provider 1&outcome=stopped",
        "a week": f"{path}?settled_at__gte={today - timedelta(days=7)} 00:00:00Z",
        "searched for a person": f"{path}?q=person-3",
        "searched for a model": f"{path}?q=vendor/model-1",
        "searched for a day": f"{path}?q={today - timedelta(days=100)}",
        "searched for nothing known": f"{path}?q=nobody",
        "searched for a person, a model and a day": f"{path}?q=person-3 vendor/model-0 {today}",
    }


def timed(client: Client, path: str) -> str:
    """The median and the worst of some requests, the first of them cold."""
    return _figures(lambda: _get(client, path))


def _get(client: Client, path: str) -> None:
    response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code} {path}")


def _figures(ask: Callable[[], None]) -> str:
    taken = []
    for _ in range(OPTIONS.rounds):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return f"{milliseconds(percentile(taken, 50)):>10} {milliseconds(max(taken)):>10}"


def exported(dana: User) -> str:
    """The duration of the whole export, and the time to its first bytes."""

    async def read() -> tuple[float, float]:
        client = AsyncClient()
        await client.aforce_login(dana)
        started = time.perf_counter()
        response = await client.get("/admin/conversations/ledgerentry/export/")
        first = 0.0
        async for _piece in response.streaming_content:
            first = first or time.perf_counter() - started
        return first, time.perf_counter() - started

    first, whole = asyncio.run(read())
    return f"begins after {milliseconds(first)}, ends after {whole:.0f} s"


if __name__ == "__main__":
    main()
