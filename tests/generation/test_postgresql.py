"""Parallel transactions on PostgreSQL, which wait for each other only where they lock rows."""

import os
import signal
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("operation", "outcomes"),
    [
        ("ending_and_sending", ["done"]),
        ("continuing_twice", ["done still_running"]),
        ("deleting_and_sending", ["0 held"]),
        ("sending_more_than_may_run", ["16"]),
        ("creating_keys", ["50"]),
        ("noting_stopping_and_storing", ["done"]),
    ],
)
def test_each_ends_as_if_the_other_had_come_before(
    postgres_site: dict[str, str], operation: str, outcomes: list[str]
) -> None:
    command = [sys.executable, "-m", "tests.generation.at_once", operation]
    done = subprocess.run(command, env=postgres_site, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.returncode) == (outcomes, 0), done.stderr


_FROZEN = """
import os, signal
import django
django.setup()
from django.db import transaction
from conversations.models import Policy
with transaction.atomic():
    Policy.objects.select_for_update().get()
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_what_a_frozen_process_has_locked_is_free_after_a_while(
    postgres_site: dict[str, str],
) -> None:
    address = postgres_site["DATABASE_URL"]
    sooner = f"{address}?options={quote('-c idle_in_transaction_session_timeout=300ms')}"
    settings = {**postgres_site, "DATABASE_URL": sooner}
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("UPDATE conversations_policy SET id = id")
        frozen = subprocess.Popen([sys.executable, "-c", _FROZEN], env=settings)
        try:
            os.waitpid(frozen.pid, os.WUNTRACED)
            database.execute("SET lock_timeout = '30s'")
            database.execute("UPDATE conversations_policy SET id = id")
        finally:
            frozen.send_signal(signal.SIGKILL)
            frozen.wait()


def test_each_transaction_may_be_idle_for_ten_seconds(postgres_site: dict[str, str]) -> None:
    ask = "from django.db import connection as c; u = c.cursor(); u.execute('SHOW {}'); print(*u)"
    code = f"import django; django.setup(); {ask.format('idle_in_transaction_session_timeout')}"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=postgres_site, capture_output=True, text=True, check=True)
    assert done.stdout == "('10s',)\n"
