"""Guesses from many addresses, at processes that are killed and started anew."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.bench import guessing
from tests.bench.site import migrate_quickly

ADDRESSES = 300
pytestmark = pytest.mark.long


def test_they_are_refused_at_the_same_count_on_sqlite(tmp_path: Path) -> None:
    migrate_quickly(tmp_path)
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "chatsite.settings",
    }
    assert_right(asyncio.run(guessing.run(environment, ADDRESSES)))


def test_they_are_refused_at_the_same_count_by_two_processes(postgres_site: dict[str, str]) -> None:
    run = guessing.run(postgres_site, ADDRESSES, ("one", "two"))
    assert_right(asyncio.run(run))


def assert_right(figures: guessing.Figures) -> None:
    answers = {200: guessing.PERMITTED, 429: ADDRESSES - guessing.PERMITTED}
    assert dict(figures.answers) == answers
    assert figures.owner == {"stranger": 429, "known device": 302}
    assert figures.rows_of_accounts == 1
