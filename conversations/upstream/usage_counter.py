"""Follows the token counts of one stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from .tool_pieces import index_of
from .types import Usage
from .usage import add_up, later, read_timings, read_usage

# Groq has an object of its own.
_BESIDE = "x_groq"


class UsageCounter:
    """The latest usage of a stream of ``choices`` answers.

    It may be at the top of an event, in ``x_groq``, in a choice, in its delta or message; else
    llama.cpp's ``timings`` count. Some servers count each of several answers alone, in its choice
    or, as llama.cpp does, in an event of its own after the end of that answer; those are added up.
    """

    def __init__(self, choices: int) -> None:
        self.usage: Usage | None = None
        self._expected = choices
        self._at_ends: list[Usage] = []
        self._in_choices: dict[int, Usage] = {}

    def feed(self, event: Mapping[str, Any], choices: Sequence[Any], ended: int) -> Usage | None:
        """Read an event; return the usage so far if it has one. ``ended`` is the number of answers
        that have ended before it."""
        usage = _read(event) or (_read(event[_BESIDE]) if _BESIDE in event else None)
        if usage is not None:
            self._take(usage, ended=None if choices else ended)
            return self.usage
        counted = [self._take_choice(number, choice) for number, choice in enumerate(choices)]
        if not any(counted) and "timings" in event and (usage := read_timings(event["timings"])):
            self._take(usage)
            return self.usage
        return self.usage if any(counted) else None

    def _take(self, usage: Usage, ended: int | None = None) -> None:
        self.usage = later(self.usage, usage)
        if ended == len(self._at_ends) + 1:
            self._at_ends.append(usage)
            self.usage = later(self.usage, add_up(self._at_ends))

    def _take_choice(self, position: int, choice: Any) -> bool:
        usage = _in_choice(choice)
        if usage is None:
            return False
        index = index_of(choice.get("index"))
        number = position if index is None else index
        # Of one answer the index means nothing.
        number = number if self._expected > 1 else 0
        self._in_choices[number] = later(self._in_choices.get(number), usage)
        self._take(add_up(list(self._in_choices.values())))
        return True


def _in_choice(choice: Any) -> Usage | None:
    if not isinstance(choice, dict):
        return None
    # Asked for each chunk, and most have none.
    return _read(choice) or _read(choice.get("delta")) or _read(choice.get("message"))


def _read(holder: Any) -> Usage | None:
    if isinstance(holder, dict) and "usage" in holder:
        return read_usage(holder["usage"])
    return None
