"""What may happen in the same moment on PostgreSQL, where nobody waits unless told to."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("deed", "outcomes"),
    [
        ("ending_and_sending", ["done"]),
        ("continuing_twice", ["done still_running"]),
        ("deleting_and_sending", ["0 held"]),
        ("sending_more_than_may_run", ["16"]),
    ],
)
def test_each_ends_as_if_the_other_had_come_before(
    postgres_site: dict[str, str], deed: str, outcomes: list[str]
) -> None:
    command = [sys.executable, "-m", "tests.generation.at_once", deed]
    done = subprocess.run(command, env=postgres_site, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.returncode) == (outcomes, 0), done.stderr
