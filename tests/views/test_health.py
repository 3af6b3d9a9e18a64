"""Readiness: red when nothing can be read or written, green again by itself."""

import asyncio
import threading

import pytest
from django.db import OperationalError

from conversations.views import health
from conversations.views.health import database_obstacle

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_database_that_takes_no_write_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_WRITES", dict.fromkeys(health._WRITES, ("INSERT INTO nothing",)))
    assert asyncio.run(database_obstacle()) == "no writes"


def test_a_database_that_is_away_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def cursor(self) -> None:
            raise OperationalError("connection refused")

    monkeypatch.setattr(health, "connection", Away())
    assert asyncio.run(database_obstacle()) == "no database"


def test_it_is_asked_once_in_a_while_and_says_when_it_recovers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = ["no writes", ""]

    async def ask() -> list[str]:
        monkeypatch.setattr(health, "_obstacle", lambda: answers.pop(0))
        found = [await database_obstacle() for _ in range(5)]
        monkeypatch.setattr(health, "PROBE_SECONDS", -1)
        return [*found, await database_obstacle()]

    assert asyncio.run(ask()) == ["no writes"] * 5 + [""]


def test_a_database_that_does_not_answer_is_asked_by_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release, asked = threading.Event(), []

    def hang() -> str:
        asked.append(1)
        release.wait()
        return ""

    async def ask() -> list[str]:
        found = list(await asyncio.gather(*(database_obstacle() for _ in range(20))))
        release.set()
        return [*found, await database_obstacle()]

    monkeypatch.setattr(health, "_obstacle", hang)
    monkeypatch.setattr(health, "WAIT_SECONDS", 0.05)
    assert asyncio.run(ask())[:20] == ["no database"] * 20
    assert asked == [1]


@pytest.mark.parametrize("options", ["", "-c default_transaction_read_only=on"])
def test_postgresql_is_asked_for_a_write(postgres: str, options: str) -> None:
    import psycopg

    failed = False
    with psycopg.connect(postgres, options=options) as opened:
        try:
            for statement in health._WRITES["postgresql"]:
                opened.execute(statement)
        except psycopg.Error:
            failed = True
            opened.rollback()
    assert failed == bool(options)
