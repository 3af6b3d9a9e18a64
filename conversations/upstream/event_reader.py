"""Reads the events of a stream: chunks, faults, the end, and what is none of these."""

import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .error_responses import ErrorReader
from .errors import Malformed, TooLarge, UpstreamError
from .loose_json import parse, parse_each
from .normalise import Normaliser
from .plain_chunk import plain_text
from .server_errors import is_fault_name, is_sign_of_life
from .skipped import SkippedEvents
from .sse import ServerSentEvent
from .types import Chunk

_DONE = re.compile(r'"?\[done\]"?', re.IGNORECASE)
# After so many others, one after the other, no more plain chunks are expected of a stream.
MOST_PLAIN_MISSES = 3
# Plain words that servers send in place of an event.
_WORDS_OF_A_FAULT = re.compile(r"\W*(?:\w*error|\w*exception|fatal|traceback)\b", re.IGNORECASE)


class EventReader:
    """Takes events, and fills ``chunks``.

    An event that speaks of a fault is raised as an error, whatever its shape, behind the text that
    it may have. Any other event that is no chunk is skipped and counted.

    ``done`` is True after [DONE]. ``was_closed`` is True if nothing has come since a sign that all
    was said: ``done: true``, or a count of tokens behind the text, in an event of its own or the
    first one of the stream. ``was_counted`` is the same for a count in an event of its own.
    """

    def __init__(self, normaliser: Normaliser, error_reader: ErrorReader, answer_cap: int) -> None:
        self.chunks: deque[Chunk] = deque()
        self.skipped = SkippedEvents()
        self.done = False
        self.was_closed = False
        self.was_counted = False
        self.has_chunks = False
        self.text_bytes = 0
        self._has_count = False
        self._plain_misses = 0
        self._normaliser = normaliser
        self._error_reader = error_reader
        self._answer_cap = answer_cap

    def take(self, event: ServerSentEvent) -> None:
        """Read one event."""
        if self._plain_misses < MOST_PLAIN_MISSES and self._take_plain(event):
            return
        try:
            value = parse(event.data)
        except ValueError:
            self._take_words(event)
            return
        if event.event != "message":
            self._take_named(event, value)
        else:
            self.take_value(value, event)

    def _take_plain(self, event: ServerSentEvent) -> bool:
        """Take a chunk of nothing but text; return whether it was one."""
        if event.event != "message" or not self._normaliser.knows_all_but_text:
            return False
        text = plain_text(event.data)
        if text is None:
            self._plain_misses += 1
            return False
        self._plain_misses = 0
        self._add(self._normaliser.feed_text(text))
        return True

    def take_tail(self, event: ServerSentEvent) -> None:
        """Read an event that only the end of the body has ended, if nothing of it is missing."""
        if is_fault_name(event.event) or _is_event(event.data):
            self.take(event)

    def take_value(self, value: Any, event: ServerSentEvent | None = None) -> None:
        """Read a decoded event, or a whole body; some servers send a list of them."""
        for each in value if isinstance(value, list) and value else [value]:
            self._take_one(each, event or ServerSentEvent(""))

    def flush(self) -> None:
        """Add the text that was held back: the stream has ended."""
        signs = self.was_closed, self.was_counted
        rest = self._normaliser.flush()
        if rest is not None:
            self._add(rest)
        self.was_closed, self.was_counted = signs

    def _take_words(self, event: ServerSentEvent) -> None:
        """Take data that is no JSON: the end, a fault in words, or several events in one."""
        words = event.data.strip()
        if _DONE.fullmatch(words):
            self.done = True
        elif is_fault_name(event.event) or _WORDS_OF_A_FAULT.match(words):
            raise self._error_reader.from_value(words)
        elif values := parse_each(words):
            self.take_value(values, event)
        else:
            self.skipped.add(event, is_json=False)

    def _take_named(self, event: ServerSentEvent, value: Any) -> None:
        """Take an event whose name may speak of a fault, or say that the server still works."""
        if is_fault_name(event.event):
            self._add_text(value)
            raise self._error_reader.from_value(value)
        if is_sign_of_life(event.event) and not has_choices(value):
            self.skipped.add(event, value)
        else:
            self.take_value(value, event)

    def _take_one(self, value: Any, event: ServerSentEvent) -> None:
        failure = self._error_reader.from_event(value)
        if failure is not None:
            self._add_text(value)
            raise failure
        if isinstance(value, str) and _DONE.fullmatch(value):
            self.done = True
        elif not self._take_chunk(value):
            self.skipped.add(event, value)

    def _take_chunk(self, value: Any) -> bool:
        """Take a chunk; return whether it was one."""
        try:
            chunk = self._normaliser.feed(value)
        except Malformed:
            return False
        self._add(chunk)
        if self._normaliser.failure is not None:
            raise self._normaliser.failure
        if value.get("done") is True or value.get("is_end") is True:
            self.was_closed = True
        return bool(chunk.choices) or chunk.usage is not None or "choices" in value

    def _add_text(self, value: Any) -> None:
        """Add the text of an event that speaks of a fault: some servers send both in one chunk."""
        if has_choices(value):
            with suppress(UpstreamError):
                self._add(self._normaliser.feed(value))

    def _add(self, chunk: Chunk) -> None:
        if not chunk.choices and chunk.usage is None:
            return
        self.has_chunks = True
        size = chunk.text_bytes
        self.text_bytes += size
        if self.text_bytes > self._answer_cap:
            raise TooLarge("answer", self._answer_cap)
        self.chunks.append(chunk)
        if size:
            self.was_closed = self.was_counted = False
        elif chunk.usage is not None:
            self.was_counted = self.was_counted or not chunk.choices
            self.was_closed = self.was_closed or not (chunk.choices and self._has_count)
        self._has_count |= chunk.usage is not None


def has_choices(value: Any) -> bool:
    """Return whether this is a completion or a chunk at all."""
    return isinstance(value, Mapping) and isinstance(value.get("choices"), list | dict)


def _is_event(text: str) -> bool:
    """Return whether a text is what one event may hold: an object, or the end."""
    try:
        return isinstance(parse(text), dict)
    except ValueError:
        return _DONE.fullmatch(text.strip()) is not None
