"""The lease of a running generation: the completion tokens that it may have before it asks again.

``max_tokens`` is a request and no promise: servers ignore it, and reasoning goes beyond it. So a
hold begins small and grows while tokens come. Answers that run at the same time then leave room for
each other, and none can use more than its limits have left.
"""

from collections.abc import Callable
from dataclasses import dataclass

# A stream of 50 tokens a second asks for more every ten seconds at most.
STEP_TOKENS = 512
STEP_PART = 4
# From this part of its hold on a run asks for more: the answer is there before the hold is used up.
RENEWED_FROM = 4 / 5


@dataclass(frozen=True)
class Lease:
    """The completion tokens of one generation, of all its answers together.

    ``held`` are reserved now. ``asked`` is the most that the provider was asked for, ``longest``
    the most that it can be expected to count. ``refusal`` tells the user which limit left
    no room for more; it is empty until that happens.
    """

    held: int = 0
    asked: int = 0
    longest: int = 0
    refusal: str = ""

    @property
    def renewed_from(self) -> int:
        """The number of tokens above which the run asks for more.

        Where all that was asked for is held, only a run that goes beyond it needs more.
        """
        return self.held if self.held == self.asked else int(self.held * RENEWED_FROM)

    def extended(self, tokens: int) -> int:
        """The tokens to hold next for a run that has ``tokens``: a step more, at least those."""
        step = max(STEP_TOKENS, self.held // STEP_PART)
        if self.held < self.asked:
            return max(tokens, min(self.held + step, self.asked))
        return max(tokens, self.held + step)


def largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to ``high`` that fits; ``low`` where none above it does."""
    if fits(high):
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
