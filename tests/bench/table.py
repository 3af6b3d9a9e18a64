"""Tables in the terminal."""

import math
from collections.abc import Mapping, Sequence


def show(title: str, figures: Mapping[str, object]) -> None:
    """Print the numbers below a title, one on each line."""
    width = max(len(name) for name in figures)
    print(f"\n{title}")  # noqa: T201
    for name, figure in figures.items():
        print(f"  {name:<{width}}  {figure}")  # noqa: T201


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below the given percentage of the values."""
    ranked = sorted(values) or [math.nan]
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]


def milliseconds(seconds: float) -> str:
    """A duration as text."""
    return f"{seconds * 1000:.1f} ms"
