"""Counts the events of a stream that are no chunks; describes the first without its content."""

from typing import Any

from .sse import ServerSentEvent

_MOST_KEYS = 8
_MOST_CHARACTERS = 40


class SkippedEvents:
    """The events that were skipped so far.

    ``last_words`` is the last data that was no JSON. ``has_gap`` is True if some of it began as an
    object does: a chunk that was broken on its way, and a part of the answer with it.

    Its text describes them without their content, which may be a part of an answer; it is "" while
    there are none.
    """

    def __init__(self) -> None:
        self.last_words = ""
        self.has_gap = False
        self._count = 0
        self._shape = ""

    def __str__(self) -> str:
        if not self._count:
            return ""
        return f"{self._count} events that are no chunks, the first {self._shape}"

    def add(self, event: ServerSentEvent, value: Any = None, *, is_json: bool = True) -> None:
        """Count an event; ``value`` is its decoded data."""
        self._count += 1
        if not is_json:
            self.last_words = event.data
            self.has_gap |= event.data.lstrip().startswith("{")
        if self._count == 1:
            named = "" if event.event == "message" else f"{event.event[:_MOST_CHARACTERS]!r} with "
            self._shape = named + (_shape(value) if is_json else _shape_of_text(event.data))


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        names = ", ".join(str(name)[:_MOST_CHARACTERS] for name in list(value)[:_MOST_KEYS])
        return f"an object of {names}" if names else "an empty object"
    return "null" if value is None else f"JSON of the type {type(value).__name__}"


def _shape_of_text(text: str) -> str:
    kind = "broken JSON" if text.lstrip()[:1] in {"{", "[", '"'} else "text"
    return f"{len(text)} characters of {kind}" if text else "no data"
