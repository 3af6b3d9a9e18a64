"""What pages that nobody uses cost: memory of a socket, and the processor for all of them.

    python -m tests.bench.idle --sockets 2000

Exit code 1 when a socket has more memory than it may.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.bench.process import cpu_seconds
from tests.bench.streams.readers import Held
from tests.bench.streams.stage import Stage
from tests.bench.table import show

MOST_KB = 40
# The first looks and reads of pages that have just connected are over by then.
SETTLE_SECONDS = 8
SECONDS = 30


async def _run(sockets: int) -> dict[str, float]:
    async with Stage() as stage:
        assert stage.site is not None
        pid = stage.site.pid
        # What a process needs once is not of a socket.
        held = await stage.hold(20)
        await asyncio.sleep(SETTLE_SECONDS)
        before = _kilobytes(pid)
        held += await stage.hold(sockets)
        await asyncio.sleep(SETTLE_SECONDS)
        cpu = cpu_seconds(pid)
        await asyncio.sleep(SECONDS)
        cpu = cpu_seconds(pid) - cpu
        return {
            "open": sum(map(_is_open, held)),
            "kb": (_kilobytes(pid) - before) / sockets,
            "core": cpu / SECONDS,
        }


def _is_open(held: Held) -> bool:
    return held.is_open


def _kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def main() -> int:
    """Run from the command line; the exit code says whether a socket is small enough."""
    parser = argparse.ArgumentParser(description="What pages that nobody uses cost.")
    parser.add_argument("--sockets", type=int, default=2000)
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
