"""The resources of a process of the site, sampled over time, and by how much its memory grows."""

import json
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import psycopg

# The quantile of 95 %.
_QUANTILE = 1.96
_CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity WHERE application_name = %s
"""


@dataclass(frozen=True)
class Sample:
    """One look at a process: its memory in MB, and numbers."""

    at: float
    memory: float
    files: int
    threads: int
    tasks: int
    connections: int

    @classmethod
    def of(cls, pid: int, name: str, tasks: Path, database: psycopg.Connection) -> "Sample":
        """A process now; its connections have that name, its tasks are in that file."""
        proc = Path(f"/proc/{pid}")
        status = dict(
            line.split(":", 1) for line in (proc / "status").read_text().splitlines()
        )  # fmt: skip
        row = database.execute(_CONNECTIONS, [name]).fetchone()
        return cls(
            at=time.monotonic(),
            memory=int(status["VmRSS"].split()[0]) / 1024,
            files=len(list((proc / "fd").iterdir())),
            threads=int(status["Threads"]),
            tasks=sum(json.loads(tasks.read_text()).values()),
            connections=row[0] if row else 0,
        )

    def numbers(self) -> dict[str, float]:
        """The counts that have to come back to what they were."""
        names = [each.name for each in fields(self)]
        return {name: getattr(self, name) for name in names if name not in ("at", "memory")}


class Slope(NamedTuple):
    """A change in MB an hour, and the bounds between which it is with 95 %."""

    value: float
    least: float
    most: float


def slope(samples: Sequence[Sample]) -> Slope:
    """The growth of memory: the median of the slopes between all pairs of minutes.

    A minute counts as the median of its samples. A jump or a short peak moves this hardly (the
    estimator of Theil and Sen; the bounds are Kendall's).
    """
    minutes = _minutes(samples)
    slopes = sorted((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(minutes, 2))
    count = len(minutes)
    spread = _QUANTILE * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    first = max(0, int((len(slopes) - spread) / 2))
    last = min(len(slopes) - 1, math.ceil((len(slopes) + spread) / 2))
    return Slope(statistics.median(slopes), slopes[first], slopes[last])


def _minutes(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """Of each minute its hour and its memory."""
    minutes: dict[int, list[Sample]] = {}
    for sample in samples:
        minutes.setdefault(int((sample.at - samples[0].at) / 60), []).append(sample)
    return [
        (number / 60, statistics.median([each.memory for each in some]))
        for number, some in minutes.items()
    ]
