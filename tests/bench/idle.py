"""The cost of pages that nobody uses: memory of a socket, and the processor for all of them.

    python -m tests.bench.idle --sockets 1000

Exit code 1 when a socket has more memory than it may.
"""

import argparse
import asyncio
import sys

from tests.bench.process import cpu_seconds, memory
from tests.bench.streams.stage import Stage
from tests.bench.table import show

MOST_KB = 40
# The first looks and reads of pages that have just connected are over by then.
SETTLE_SECONDS = 8
SECONDS = 30


async def _run(sockets: int) -> dict[str, float]:
    async with Stage() as stage:
        pid = stage.site.pid
        # What a process needs once is not of a socket.
        held = await stage.hold(20)
        await asyncio.sleep(SETTLE_SECONDS)
        before = memory(pid)
        held += await stage.hold(sockets)
        await asyncio.sleep(SETTLE_SECONDS)
        cpu = cpu_seconds(pid)
        await asyncio.sleep(SECONDS)
        cpu = cpu_seconds(pid) - cpu
        return {
            "open": sum(each.is_open for each in held),
            "kb": 1024 * (memory(pid) - before) / sockets,
            "core": cpu / SECONDS,
        }


def main() -> int:
    """Run from the command line; the exit code says whether a socket is small enough."""
    parser = argparse.ArgumentParser(description="What pages that nobody uses cost.")
    parser.add_argument("--sockets", type=int, default=1000)
    asked = parser.parse_args()
    found = asyncio.run(_run(asked.sockets))
    show(
        f"{asked.sockets} sockets of {SECONDS} s",
        {
            "open at the end": f"{found['open']:.0f}",
            "memory of one": f"{found['kb']:.1f} kB, at most {MOST_KB}",
            "processor": f"{found['core']:.0%} of a core",
        },
    )
    return int(found["kb"] > MOST_KB or found["open"] < asked.sockets)


if __name__ == "__main__":
    sys.exit(main())
