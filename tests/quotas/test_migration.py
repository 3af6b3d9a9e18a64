"""The migration to holds that grow keeps the ledger, and counts what was used instead of what was
charged."""

import os
import secrets
from pathlib import Path

import psycopg
import pytest

from tests.postgres import manage

BEFORE = "0005_extra_body"
FILLING = f"""
from uuid import uuid4
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
state = MigrationExecutor(connection).loader.project_state(("conversations", "{BEFORE}"))
record, now = state.apps.get_model, timezone.now()
alice = record("conversations", "User").objects.create(username="alice")
names = dict(user=alice, username="alice", model_name="m", provider_name="p")
for completion in (4000, 30):
    record("conversations", "LedgerEntry").objects.create(
        **names, generation_id=uuid4(), day=now.date(), reserved_at=now, outcome="completed",
        source="provider", requests=1, prompt_tokens=10, completion_tokens=completion,
        cost_micros=0, charged_tokens=40, charged_cost_micros=0, duration_ms=1,
    )
record("conversations", "UsageDay").objects.create(day=now.date(), **names, outcome="completed")
prices = dict(prompt_price=0, completion_price=0, prompt_bound=5, prompt_estimate=2)
for bound in (None, 200):
    record("conversations", "Hold").objects.create(
        **names, **prices, generation_id=uuid4(), completion_bound=bound
    )
record("conversations", "Rule").objects.create(measure="tokens", period="total", limit=10**6)
record("conversations", "Counter").objects.create(
    user=alice, measure="tokens", period="total", used=80,
    period_start="1970-01-01T00:00:00Z",
)
"""
READING = """
from conversations.models import Hold, LedgerEntry, UsageDay, User
from conversations.quotas.reservation import standings
(standing,) = standings(User.objects.get(), None)
print(standing.used, sum(entry.tokens for entry in LedgerEntry.objects.all()))
print(*Hold.objects.order_by("pk").values_list("completion_bound", flat=True))
print(UsageDay.objects.get().overlong, LedgerEntry.objects.filter(asked_tokens=None).count())
"""


def migrated(environment: dict[str, str]) -> list[str]:
    """The records after the migration of a site with an answer of 4,000 tokens."""
    manage(environment, "migrate", "conversations", BEFORE, "--verbosity", "0")
    manage(environment, "shell", "-v", "0", "-c", FILLING)
    manage(environment, "migrate", "--verbosity", "0")
    return manage(environment, "shell", "-v", "0", "-c", READING).splitlines()


def environment_of(place: Path, **more: str) -> dict[str, str]:
    settings = {"DATA_DIR": str(place), "LOCAL_MODEL": "off"}
    return {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "chatsite.settings", **more}


EXPECTED = ["4050 4050", "0 200", "0 2"]


@pytest.mark.long
def test_what_was_used_counts_after_the_migration(tmp_path: Path) -> None:
    assert migrated(environment_of(tmp_path, DATABASE_URL="")) == EXPECTED


@pytest.mark.long
def test_what_was_used_counts_after_the_migration_on_postgresql(
    tmp_path: Path, postgres: str
) -> None:
    name = f"migrated_{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
    address = postgres.removesuffix("postgres") + name
    assert migrated(environment_of(tmp_path, DATABASE_URL=address)) == EXPECTED
