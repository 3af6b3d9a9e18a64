"""The history of a seed: what each user does, and what happens to the site meanwhile.

Everything that is chosen is chosen here, by the seed. A step and a fault wait for a number of
events, not for a time, so that they come at about the same place of the history in each replay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

PEOPLE = (2, 3)
STEPS = (6, 9)
# Small enough that some turns are refused, or cut in the middle.
REQUEST_LIMIT = (3, 8)
TOKEN_LIMIT = (200, 900)
TOKENS, RATE = (10, 120), (30, 90)
# Within the headers, the first event, or some tokens later.
CUT_AT_BYTE = (1, 4_000)
PAUSE_EVENTS = (0, 8)
FAULT_AT_EVENT = (1, 40)
# Across an hour and a day in some runs, and shorter than an idle session lives.
CLOCK_STEP_SECONDS = (-7_200, 7_200)

SCRIPTS = {
    "good": 12, "cut-at-byte": 3, "reset-mid-token": 1, "error-mid-stream": 1,
    "reset-before-headers": 1,
}  # fmt: skip
STEPS_OF_PEOPLE = {
    "send": 8, "stop": 4, "edit": 3, "regenerate": 3, "continue": 4, "reload": 3, "other tab": 3,
    "share": 4, "update share": 4, "read share": 4, "api": 5, "api again": 3, "delete": 1,
}  # fmt: skip
FAULTS = {
    "sqlite": {"kill": 4, "sleep": 2, "disk full": 4, "clock": 4},
    "postgres": {
        "kill": 4, "sleep": 2, "sleep and lose": 4, "redis slow": 2, "redis gone": 3,
        "database restarted": 4, "clock": 4,
    },
}  # fmt: skip
# Seconds of those faults that last.
LASTING = {"sleep": (0.5, 2.0), "sleep and lose": (2.0, 4.0), "disk full": (0.3, 2.0),
           "redis slow": (0.5, 3.0), "redis gone": (0.5, 3.0)}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One action of a user, in one of two tabs, after a number of events that the user was shown
    since the step before. ``choice`` is a number by which one of several things is chosen."""

    kind: str
    tab: int
    after: int
    choice: int
    script: str
    words: str


@dataclass(frozen=True)
class Fault:
    """A fault of the site when its users have been shown a number of events."""

    kind: str
    at_event: int
    process: int
    seconds: float


@dataclass(frozen=True)
class PersonPlan:
    """A user, the limits on requests and tokens, and the steps in their order."""

    name: str
    requests: int
    tokens: int
    steps: Sequence[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The history of one seed, on SQLite or on PostgreSQL."""

    seed: int
    store: str
    people: Sequence[PersonPlan]
    faults: Sequence[Fault]

    def lines(self) -> list[str]:
        """The history in words, for the report of a failure."""
        told = [f"seed {self.seed} on {self.store}"]
        for person in self.people:
            told.append(f"{person.name}: {person.requests} requests, {person.tokens} tokens")
            told += [f"  after {step.after} events in tab {step.tab}: {step.kind} #{step.choice} "
                     f"{step.script} {step.words}" for step in person.steps]  # fmt: skip
        told += [f"at event {fault.at_event}: {fault.kind}, process {fault.process}, "
                 f"{fault.seconds:.1f}" for fault in self.faults]  # fmt: skip
        return told


def plan_of(seed: int) -> Plan:
    """The history of that seed; odd ones are on PostgreSQL."""
    # Seeded with text, because small neighbouring numbers begin alike.
    chance = Random(f"chaos {seed}")
    store = "postgres" if seed % 2 else "sqlite"
    number = chance.randint(*PEOPLE)
    people = [_person(chance, f"s{seed}-{name}") for name in ("ann", "ben", "cid")[:number]]
    count = chance.choice((1, 2, 2, 3))
    faults = sorted((_fault(chance, store) for _ in range(count)), key=lambda fault: fault.at_event)
    return Plan(seed, store, people, faults)


def _person(chance: Random, name: str) -> PersonPlan:
    steps = [_step(chance, "send"), *(_step(chance) for _ in range(chance.randint(*STEPS)))]
    return PersonPlan(name, chance.randint(*REQUEST_LIMIT), chance.randint(*TOKEN_LIMIT), steps)


def _step(chance: Random, kind: str | None = None) -> Step:
    words = (
        f"tokens={chance.randint(*TOKENS)} rate={chance.randint(*RATE)} "
        f"at={chance.randint(*CUT_AT_BYTE)}"
    )
    script = _one_of(chance, SCRIPTS)
    if script != "cut-at-byte":
        words = words.rpartition(" ")[0] + f" at={chance.randint(0, 20)}"
    return Step(
        kind or _one_of(chance, STEPS_OF_PEOPLE),
        tab=chance.randint(0, 1),
        after=chance.randint(*PAUSE_EVENTS),
        choice=chance.randint(0, 999),
        script=script,
        words=words,
    )


def _fault(chance: Random, store: str) -> Fault:
    kind = _one_of(chance, FAULTS[store])
    seconds = chance.uniform(*LASTING.get(kind, CLOCK_STEP_SECONDS))
    return Fault(kind, chance.randint(*FAULT_AT_EVENT), chance.randint(0, 1), seconds)


def _one_of(chance: Random, weights: dict[str, Any]) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]
