"""Runs seeds, one after the other on each of the two stages, which run at the same time."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.bench.chaos import faults
from tests.bench.chaos.history import History
from tests.bench.chaos.invariants import Limits, violations
from tests.bench.chaos.people import END_SECONDS, Person
from tests.bench.chaos.plan import Plan, plan_of
from tests.bench.chaos.records import Records, Unavailable, records_of, running
from tests.bench.chaos.stage import PostgresStage, SqliteStage, Stage
from tests.bench.chaos.watch import Watch

STAGES = {"sqlite": SqliteStage, "postgres": PostgresStage}
# Of a seed that lasts so long something was answered late, and its history tells what.
SLOW_SECONDS = 60.0


@dataclass
class Outcome:
    """The result of one seed."""

    plan: Plan
    seconds: float
    answers: int
    refused: int
    shown: int
    violations: list[str]
    history: History

    def line(self) -> str:
        """The result in one line."""
        kinds = ", ".join(fault.kind for fault in self.plan.faults)
        verdict = f"{len(self.violations)} VIOLATIONS" if self.violations else "ok"
        return (
            f"seed {self.plan.seed:4} {self.plan.store:8} {verdict}: {self.answers} answers, "
            f"{self.refused} refused, {self.shown} events shown, {self.seconds:.1f} s; {kinds}"
        )

    def report(self) -> Iterator[str]:
        """The history of a failure, and what was violated."""
        yield from self.plan.lines()
        yield from self.history.lines
        yield from (f"VIOLATED: {each}" for each in self.violations)


async def run_seeds(seeds: Sequence[int], broken: str = "") -> list[Outcome]:
    """Run them all; prints a line for each."""
    plans = [plan_of(seed) for seed in seeds]
    lanes = [
        _lane(stage, [plan for plan in plans if plan.store == store], broken, len(seeds) == 1)
        for store, stage in STAGES.items()
    ]
    return [outcome for lane in await asyncio.gather(*lanes) for outcome in lane]


async def _lane(
    kind: type[Stage], plans: Sequence[Plan], broken: str, is_told: bool
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    if not plans:
        return outcomes
    async with kind(plans, broken) as stage:
        for plan in plans:
            outcome = await _run(stage, plan)
            outcomes.append(outcome)
            print(outcome.line(), flush=True)  # noqa: T201
            if outcome.violations or outcome.seconds > SLOW_SECONDS or is_told:
                print("\n".join(outcome.report()), flush=True)  # noqa: T201
    return outcomes


async def _run(stage: Stage, plan: Plan) -> Outcome:
    started = time.monotonic()
    history = History()
    limits: Limits = {
        (stage.people[person.name].id, measure): getattr(person, measure)
        for person in plan.people
        for measure in ("requests", "tokens")
    }
    users = [stage.people[person.name].id for person in plan.people]
    watch = Watch(stage.database, users, limits, history)
    await _play(stage, plan, history, watch)
    records = await _settled_records(stage, users)
    watch.look()
    found = [*violations(history, records, limits), *watch.pages_not_stored()]
    faults.set_clocks_right(stage)
    return Outcome(
        plan, time.monotonic() - started, len(records.generations), history.refused,
        history.count, found, history,
    )  # fmt: skip


async def _play(stage: Stage, plan: Plan, history: History, watch: Watch) -> None:
    addresses = [site.url for site in stage.sites]
    async with AsyncExitStack() as stack:
        watching = asyncio.create_task(watch.work())
        stack.callback(watching.cancel)
        people = []
        for person in plan.people:
            key = stage.people[person.name].key
            people.append(await stack.enter_async_context(Person(person, history, addresses, key)))
        over = asyncio.Event()
        site = [
            asyncio.create_task(faults.work(stage, fault, history, over)) for fault in plan.faults
        ]
        await asyncio.gather(*(person.work() for person in people))
        over.set()
        await asyncio.gather(*site)
        history.note("run", "all steps and faults are over")
        await asyncio.gather(*(person.see_the_end() for person in people))


async def _settled_records(stage: Stage, users: Sequence[int]) -> Records:
    """Everything that is stored, once nothing runs any more or it should have ended."""
    until = time.monotonic() + END_SECONDS
    while True:
        try:
            if time.monotonic() > until or not running(stage.database, users):
                return records_of(stage.database, users)
        except Unavailable:
            pass
        await asyncio.sleep(0.05)
