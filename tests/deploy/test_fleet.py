"""Three processes behind nginx: nobody notices a rolling restart, and kill -9 loses nothing.

``python -m tests.bench.fleet.restart`` and ``… fleet.kill`` do the same at full size.
"""

import asyncio
import shutil

import pytest

from tests import postgres
from tests.bench.fleet.kill import kill_rounds
from tests.bench.fleet.processes import fleet
from tests.bench.fleet.restart import MOST_END_SECONDS, MOST_WITHOUT_SECONDS, restart_all
from tests.bench.nginx import program

pytestmark = [
    pytest.mark.fleet,
    pytest.mark.long,
    pytest.mark.skipif(program() is None, reason="There is no nginx; install nginx-light."),
    pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing()),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed."),
]
STREAMS = 6


def test_nobody_notices_a_restart_and_a_kill_loses_nothing() -> None:
    async def work() -> None:
        async with fleet(STREAMS) as running:
            restarted = await restart_all(running, loads=5, before=0)
            assert restarted.errors == []
            assert set(restarted.answers) == {"completed"}
            assert restarted.longest_without < MOST_WITHOUT_SECONDS
            assert max(restarted.ends) < MOST_END_SECONDS
            # Each page was sent away once or more.
            assert restarted.connections > STREAMS
            killed = await kill_rounds(running, rounds=1)
            assert killed.violations == []
            assert killed.ended_once == killed.left > 0
            assert killed.others_completed == STREAMS - killed.left
            assert running.tracebacks() == []

    asyncio.run(work())
