"""Parallel transactions on PostgreSQL, which wait for each other only where they lock rows."""

import subprocess
import sys

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
