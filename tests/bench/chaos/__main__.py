"""Runs seeds from the command line.

    python -m tests.bench.chaos --seeds 1-200

Exit code 1 on a violation, with the history of the seed. The same seed plays the same plan again;
the threads of real processes take turns as they like.
"""

import argparse
import asyncio
import signal
import sys
import time

from tests.bench.chaos.run import run_seeds
from tests.bench.table import show


def _numbers(text: str) -> list[int]:
    """The numbers of "3", "1-200" or "1,5,7-9"."""
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def main() -> int:
    """Run from the command line; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description="Seeded fault runs.")
    parser.add_argument("--seeds", type=_numbers, default=_numbers("1-200"))
    parser.add_argument("--break", dest="broken", default="", help="a name in breaks.py")
    asked = parser.parse_args()
    # Servers, processes and the mount are ended by `timeout` as by Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    started = time.monotonic()
    outcomes = asyncio.run(run_seeds(asked.seeds, asked.broken))
    kinds = [fault.kind for outcome in outcomes for fault in outcome.plan.faults]
    found = [outcome for outcome in outcomes if outcome.violations]
    show(
        f"chaos, {len(outcomes)} seeds",
        {
            "minutes": f"{(time.monotonic() - started) / 60:.1f}",
            "answers": sum(outcome.answers for outcome in outcomes),
            "events shown": sum(outcome.shown for outcome in outcomes),
            "faults": ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))),
            "seeds with violations": ", ".join(str(each.plan.seed) for each in found) or "none",
            "violations": sum(len(outcome.violations) for outcome in outcomes),
        },
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
