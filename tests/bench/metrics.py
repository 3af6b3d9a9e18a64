"""The cost of metrics: of a commit, of an answer, and of a scrape for everybody else's tokens.

    python -m tests.bench.metrics

No site runs: the metrics of one process are changed as the site changes them. Exit code 1 when one
of the bounds is broken.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from prometheus_client import generate_latest

from chatsite import metrics
from chatsite.serving import SWITCH_SECONDS
from tests.bench.table import percentile, show

TIMES = 20_000
MODELS = 100
SCRAPES = 20
TICK_SECONDS = 0.001
# A commit every 25 ms: 100 µs of it would be 0.4 % of a core.
MOST_COMMIT_US, MOST_ANSWER_US, MOST_DELAY_MS = 100, 500, 50


def commit() -> None:
    """The metrics of one commit, as the writer has them."""
    with metrics.COMMIT_SECONDS.time():
        pass
    metrics.COMMITTED.inc(20)
    metrics.COMMIT_DELAY_SECONDS.observe(0.03)


def answer(model: str = "model") -> None:
    """The metrics of one answer, as its end has them."""
    metrics.GENERATIONS.labels("provider", model, "completed").inc()
    metrics.FIRST_TOKEN_SECONDS.labels("provider", model).observe(0.4)
    metrics.TOKENS.labels("provider", model, "completion").inc(400)
    metrics.TOKENS.labels("provider", model, "prompt").inc(40)


def microseconds(work: Callable[[], None]) -> float:
    """The mean time of a call."""
    began = time.perf_counter()
    for _ in range(TIMES):
        work()
    return (time.perf_counter() - began) / TIMES * 1e6


async def late(meanwhile: Callable[[], Awaitable[None]]) -> float:
    """The milliseconds, p99, by which the event loop calls too late meanwhile."""
    delays: list[float] = []

    async def tick() -> None:
        while True:
            due = time.perf_counter() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            delays.append(time.perf_counter() - due)

    ticking = asyncio.create_task(tick())
    await meanwhile()
    ticking.cancel()
    return percentile(delays, 99) * 1000


async def idle() -> None:
    """Nothing, for as long as some scrapes take."""
    await asyncio.sleep(1)


async def scrape() -> None:
    """Some scrapes, one after another."""
    for _ in range(SCRAPES):
        await asyncio.to_thread(generate_latest, metrics.REGISTRY)


def main() -> int:
    """Measure, print, and say if a bound is broken."""
    sys.setswitchinterval(SWITCH_SECONDS)
    of_commit, of_answer = microseconds(commit), microseconds(answer)
    for number in range(MODELS):
        answer(f"model {number}")
    began = time.perf_counter()
    delay = asyncio.run(late(scrape))
    took = (time.perf_counter() - began) / SCRAPES * 1000
    show(
        "Metrics of one process",
        {
            "a commit": f"{of_commit:.1f} µs (at most {MOST_COMMIT_US})",
            "an answer": f"{of_answer:.1f} µs (at most {MOST_ANSWER_US})",
            f"a scrape with {MODELS} models": f"{took:.1f} ms",
            "the event loop meanwhile, p99": f"{delay:.1f} ms late (at most {MOST_DELAY_MS})",
            "the same without a scrape": f"{asyncio.run(late(idle)):.1f} ms late",
        },
    )
    is_kept = of_commit <= MOST_COMMIT_US and of_answer <= MOST_ANSWER_US
    return 0 if is_kept and delay <= MOST_DELAY_MS else 1


if __name__ == "__main__":
    sys.exit(main())
