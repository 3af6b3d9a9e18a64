"""Prints how many mutants of each module the tests found, after `mutmut run`.

``python -m tests.bench.mutation_score`` fails below ``LEAST_PERCENT``. Mutants that the type
checker refuses are counted apart: no test has to find them.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants")
LEAST_PERCENT = 85
_REFUSED = "caught by type check"
# A test that fails, hangs or takes the process down has noticed something.
_FOUND = ("killed", "timeout", "segfault")
_LINE = "{:<42} {:>7} {:>7} {:>9} {:>6} {:>11}"


def main() -> int:
    """Print the table and say whether the score is high enough."""
    say("module", "mutants", "found", "not found", "score", "type errors")
    modules = sorted(MUTANTS.glob("conversations/**/*.meta"))
    counted = {str(each.relative_to(MUTANTS).with_suffix("")): outcomes(each) for each in modules}
    for module, tally in counted.items():
        if tally:
            show(module, tally)
    whole = sum(counted.values(), Counter[str]())
    show("all", whole)
    return int(score(whole) < LEAST_PERCENT)


def outcomes(meta: Path) -> Counter[str]:
    """The numbers of a module's mutants by result, of those that were run."""
    ends = json.loads(meta.read_text())["exit_code_by_key"].values()
    return Counter(status_by_exit_code[each] for each in ends if each is not None)


def found(tally: Counter[str]) -> int:
    """The number of mutants that a test found."""
    return sum(tally[each] for each in _FOUND)


def score(tally: Counter[str]) -> float:
    """The percentage that was noticed."""
    return 100 * found(tally) / max(1, tally.total() - tally[_REFUSED])


def show(module: str, tally: Counter[str]) -> None:
    """One line of the table."""
    tested = tally.total() - tally[_REFUSED]
    percent = f"{score(tally):.1f} %"
    say(module, tested, found(tally), tested - found(tally), percent, tally[_REFUSED])


def say(*cells: object) -> None:
    """Print a line of the table."""
    print(_LINE.format(*cells))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
