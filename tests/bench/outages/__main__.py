"""Redis and PostgreSQL away, and a process that sleeps, in mid-answer.

    python -m tests.bench.outages                            all faults, about fifteen minutes
    python -m tests.bench.outages redis-killed postgres-fast

Exit code 1 if something was lost or repeated, or took longer than promised.
"""

import argparse
import asyncio
import sys

from tests.bench.outages.faults import FAULTS
from tests.bench.outages.verdict import Verdict, play
from tests.bench.table import show
from tests.postgres import postgres_server
from tests.redis_server import RedisServer


def main() -> int:
    """Run from the command line; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description="Parts of a site away in mid-answer.")
    parser.add_argument("faults", nargs="*", choices=[*FAULTS, []])
    parser.add_argument("--streams", type=int, default=24)
    parser.add_argument("--replies", type=int, default=8)
    asked = parser.parse_args()
    redis = RedisServer("redis-server")
    redis.start()
    try:
        with postgres_server(synchronous_commit="on") as postgres:
            kept = [
                _tell(asyncio.run(play(name, postgres, redis, asked.streams, asked.replies)))
                for name in asked.faults or FAULTS
            ]
    finally:
        redis.end()
    return int(not all(kept))


def _tell(verdict: Verdict) -> bool:
    """Print the figures; True if every promise was kept."""
    show(verdict.name, verdict.figures)
    for sentence in verdict.broken:
        print(f"  BROKEN: {sentence}", flush=True)  # noqa: T201
    return not verdict.broken


if __name__ == "__main__":
    sys.exit(main())
