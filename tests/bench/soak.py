"""Two processes under load for a long time: what they hold must not grow.

    python -m tests.bench.soak --minutes 30

PostgreSQL and Redis are started for it. People send, stop, reload in the other process, share,
sign in, and their programs ask `/v1`, some of them twice with one Idempotency-Key. After a minute
of that the site rests, and what each process has then is what it must come back to at the end.
Exit code 1 when memory grows by 2 MB/h or more after the first five minutes, when files, threads,
tasks or connections to the database are not back, or when the site's log has a traceback.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import postgres
from tests.bench.inhabitant import Inhabitant
from tests.bench.process import cpu_seconds
from tests.bench.samples import Sample, slope
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream
from tests.redis_server import running_redis

SAMPLE_SECONDS = 10.0
WARM_UP_SECONDS = 60.0
# Connections of clients that have gone are closed in this time, and answers that nobody reads end.
REST_SECONDS = 90.0
SETTLING_SECONDS = 300.0
MOST_MB_AN_HOUR = 2.0
HALF_AN_HOUR = 1800.0
# Of less than ten minutes no growth can be told.
FEW_SAMPLES = 60
# What may be open a moment longer, such as a connection that is just being renewed.
MOST_MORE = 5
PROCESSES = 2
_MAKE_KEYS = """
from conversations.accounts import api_keys
from conversations.models import User
for user in User.objects.filter(username__startswith="person").order_by("pk"):
    print(api_keys.create(user, api_keys.KeyChoices("soak"))[1])
"""


@dataclass
class Observed:
    """One process of the site, with what was seen of it."""

    site: Site
    name: str
    tasks: Path
    samples: list[Sample] = field(default_factory=list)
    at_rest: Sample | None = None
    cpu: float = 0.0

    def look(self, database: psycopg.Connection) -> Sample:
        """A sample of now."""
        return Sample.of(self.site.pid, self.name, self.tasks, database)

    def faults(self, end: Sample, settled: float) -> list[str]:
        """Sentences about what is not as it has to be."""
        found = [f"{self.name}: {line}" for line in set(self.site.tracebacks())]
        growth = slope([each for each in self.samples if each.at >= settled])
        if growth.value >= MOST_MB_AN_HOUR:
            found.append(f"{self.name}: memory grows by {growth.value:.1f} MB an hour.")
        before = self.at_rest.numbers() if self.at_rest else {}
        for what, number in end.numbers().items():
            if number > before[what] + MOST_MORE:
                found.append(f"{self.name}: {number} {what}, after {before[what]}.")
        return found


class Soak:
    """The site, the people in it, and the samples."""

    def __init__(self, processes: list[Observed], people: list[Inhabitant], database: str) -> None:
        self.processes = processes
        self.people = people
        self._database = psycopg.connect(database, autocommit=True)

    async def live(self, seconds: float) -> None:
        """Let all people do things for that long."""
        ends = time.monotonic() + seconds
        await asyncio.gather(*(each.live(ends) for each in self.people))

    async def rest(self) -> list[Sample]:
        """Wait until nobody does anything any more; a sample of each process."""
        await asyncio.sleep(REST_SECONDS)
        return [each.look(self._database) for each in self.processes]

    async def sample(self) -> None:
        """Look at all processes for as long as this runs."""
        while True:
            for each in self.processes:
                each.samples.append(each.look(self._database))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def run(self, seconds: float) -> list[str]:
        """Warm up, rest, live, rest; what is not as it has to be."""
        await self.live(WARM_UP_SECONDS)
        for process, sample in zip(self.processes, await self.rest(), strict=True):
            process.at_rest, process.cpu = sample, cpu_seconds(process.site.pid)
        sampling = asyncio.create_task(self.sample())
        began = time.monotonic()
        await self.live(seconds)
        if sampling.done():
            sampling.result()
        sampling.cancel()
        for process in self.processes:
            process.cpu = (cpu_seconds(process.site.pid) - process.cpu) / seconds
        ends = await self.rest()
        self._database.close()
        settled = began + min(SETTLING_SECONDS, seconds / 3)
        return [
            fault
            for process, end in zip(self.processes, ends, strict=True)
            for fault in self._tell(process, end, settled)
        ]

    def _tell(self, process: Observed, end: Sample, settled: float) -> list[str]:
        growth = slope([each for each in process.samples if each.at >= settled])
        figures: dict[str, object] = {
            "memory at rest, at the end": f"{_before(process).memory:.0f} MB, {end.memory:.0f} MB",
            "its growth an hour": f"{growth.value:+.1f} MB "
            f"(95 %: {growth.least:+.1f} to {growth.most:+.1f})",
            "in each half hour": ", ".join(f"{each:+.1f}" for each in _trend(process, settled)),
            "processor": f"{process.cpu:.0%} of a core",
        }
        for what, number in end.numbers().items():
            most = max(each.numbers()[what] for each in process.samples)
            figures[what] = f"{_before(process).numbers()[what]} at rest, {most} at most, {number}"
        show(process.name, figures)
        return process.faults(end, settled)


def _trend(process: Observed, settled: float) -> list[float]:
    """The growth of each half hour: that of a process that only settles falls."""
    halves: dict[int, list[Sample]] = {}
    for sample in process.samples:
        if sample.at >= settled:
            halves.setdefault(int((sample.at - settled) / HALF_AN_HOUR), []).append(sample)
    return [slope(samples).value for samples in halves.values() if len(samples) > FEW_SAMPLES]


def _before(process: Observed) -> Sample:
    assert process.at_rest is not None
    return process.at_rest


async def soak(database: Mapping[str, str], redis: str, people: int, seconds: float) -> list[str]:
    """Run it on a database; what is not as it has to be."""
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        processes = []
        for number in range(PROCESSES):
            name = f"process_{number}"
            tasks = Path(database["DATA_DIR"]) / f"{name}.tasks"
            settings = {
                "DATA_DIR": database["DATA_DIR"],
                "DATABASE_URL": f"{database['DATABASE_URL']}?application_name={name}",
                "REDIS_URL": redis,
                "TASKS_FILE": str(tasks),
            }
            program = ("-m", "tests.bench.observed")
            site = Site(upstream.address, program=program, settings=settings)
            processes.append(Observed(await stack.enter_async_context(site), name, tasks))
        sites = [each.site for each in processes]
        names = [f"person{number}" for number in range(people)]
        model = await sites[0].furnish(names, "good")
        keys = (await sites[0].run("shell", "-c", _MAKE_KEYS)).split()[-people:]
        done: Counter[str] = Counter()
        living = [
            await stack.enter_async_context(Inhabitant(name, key, sites, model, done))
            for name, key in zip(names, keys, strict=True)
        ]
        faults = await Soak(processes, living, database["DATABASE_URL"]).run(seconds)
        show("Done", dict(sorted(done.items())))
        return faults


def main() -> int:
    """Run from the command line; the exit code says whether nothing has grown."""
    parser = argparse.ArgumentParser(description="Two processes under load for a long time.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--people", type=int, default=24)
    asked = parser.parse_args()
    with (
        postgres.running_postgres() as server,
        postgres.site_on(server, "soak") as database,
        running_redis() as redis,
    ):
        faults = asyncio.run(soak(database, redis.url, asked.people, asked.minutes * 60))
    for fault in faults:
        print(fault)  # noqa: T201
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
