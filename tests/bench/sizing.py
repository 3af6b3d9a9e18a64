"""The table of what a site of some size needs, from measured costs and from assumptions.

    python -m tests.bench.sizing
    python -m tests.bench.sizing --people 300 5000 --answers-an-hour 30

The costs are those that `tests.bench.costs` and `tests.bench.load` print; each of them, and each
assumption about people, is an argument.
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from chatsite.databases import POSTGRES_POOL_SIZE

PEOPLE = (100, 1_000, 10_000, 100_000)
# Working days of a month.
DAYS = 21
# Seconds until the first token, during which an answer runs already.
WAIT_SECONDS = 2
# Events are kept for so long after the end of an answer.
KEPT_SECONDS = 600
BYTES_A_TOKEN = 4.5


@dataclass(frozen=True)
class Assumptions:
    """About people and answers, and the costs that were measured."""

    busy_share: float = 0.2
    answers_an_hour: float = 12
    answers_a_day: float = 20
    answer_tokens: int = 500
    question_tokens: int = 100
    tokens_a_second: float = 40
    # Of one process, so that a second in which many begin is no queue.
    core_share: float = 0.5
    streams_a_process: int = 300
    site_ms_an_answer: float = 14
    site_us_a_token: float = 360
    database_ms_an_answer: float = 20
    stored_bytes_an_answer: float = 3_200
    page_kb: float = 60
    process_mb: float = 170


@dataclass(frozen=True)
class Need:
    """The needs of a site with that many people in its busiest hour."""

    people: int
    assumed: Assumptions

    @property
    def pages(self) -> float:
        return self.people * self.assumed.busy_share

    @property
    def answers_a_second(self) -> float:
        return self.pages * self.assumed.answers_an_hour / 3600

    @property
    def running(self) -> int:
        """Answers at once, by Little's law."""
        seconds = self.assumed.answer_tokens / self.assumed.tokens_a_second + WAIT_SECONDS
        return math.ceil(self.answers_a_second * seconds)

    @property
    def tokens_a_second(self) -> float:
        return self.answers_a_second * self.assumed.answer_tokens

    @property
    def cores(self) -> float:
        """Of the site's processes together."""
        answers = self.answers_a_second * self.assumed.site_ms_an_answer / 1e3
        return answers + self.tokens_a_second * self.assumed.site_us_a_token / 1e6

    @property
    def processes(self) -> int:
        """One more than is needed where there are several, so that one may be away."""
        by_cores = math.ceil(self.cores / self.assumed.core_share)
        needed = max(1, by_cores, math.ceil(self.running / self.assumed.streams_a_process))
        return needed if needed == 1 else needed + 1

    @property
    def memory_gb(self) -> float:
        pages = self.pages * self.assumed.page_kb / 1e6
        return self.processes * self.assumed.process_mb / 1e3 + pages

    @property
    def connections(self) -> int:
        """To PostgreSQL at the most: a pool and a lock for each process."""
        return self.processes * (POSTGRES_POOL_SIZE + 1) if self.processes > 1 else 0

    @property
    def database_cores(self) -> float:
        return self.answers_a_second * self.assumed.database_ms_an_answer / 1e3

    @property
    def answers_a_month(self) -> float:
        return self.people * self.assumed.answers_a_day * DAYS

    @property
    def gb_a_month(self) -> float:
        tokens = self.assumed.answer_tokens + self.assumed.question_tokens
        bytes_each = tokens * BYTES_A_TOKEN + self.assumed.stored_bytes_an_answer
        return self.answers_a_month * bytes_each / 1e9

    @property
    def events(self) -> float:
        """At most one for each token."""
        return self.answers_a_second * KEPT_SECONDS * self.assumed.answer_tokens

    @property
    def store(self) -> str:
        return "SQLite" if self.processes == 1 else "PostgreSQL, Redis"


_ROWS: tuple[tuple[str, Callable[[Need], str]], ...] = (
    ("pages open in the busiest hour", lambda need: _short(need.pages)),
    ("answers a minute", lambda need: _short(need.answers_a_second * 60)),
    ("answers at once, for all providers together", lambda need: _short(need.running)),
    ("tokens a second", lambda need: _short(need.tokens_a_second)),
    ("cores of the site", lambda need: f"{need.cores:.2g}"),
    ("processes, one of them to spare", lambda need: str(need.processes)),
    ("memory of the site", lambda need: f"{need.memory_gb:.1f} GB"),
    ("store", lambda need: need.store),
    ("connections of PostgreSQL, at most", lambda need: _short(need.connections) or "none"),
    ("cores of PostgreSQL", lambda need: f"{need.database_cores:.2g}"),
    ("growth of the database a month", lambda need: f"{_short(need.gb_a_month)} GB"),
    ("entries of the ledger a month", lambda need: _short(need.answers_a_month)),
    ("events stored at a time, at most", lambda need: _short(need.events)),
)


def table(people: Sequence[int], assumed: Assumptions) -> str:
    """The table as Markdown."""
    needs = [Need(number, assumed) for number in people]
    head = ["people", *(f"{number:,}" for number in people)]
    rows = [[name, *(cell(need) for need in needs)] for name, cell in _ROWS]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _short(number: float) -> str:
    """Two digits that say something: nothing of this is known better."""
    if number == 0:
        return ""
    digits = 1 - math.floor(math.log10(number))
    rounded = round(number, digits)
    return f"{rounded:,.0f}" if rounded >= 1 else f"{rounded:.2g}"


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="What a site of some size needs.")
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE)
    for each in fields(Assumptions):
        flag = f"--{each.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(each.default), default=each.default)
    asked = vars(parser.parse_args())
    print(table(asked.pop("people"), Assumptions(**asked)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
