"""Decodes JSON tolerantly, as servers write it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

_GAP = re.compile(r"\s*(?:data:\s*)?")
_DECODER = json.JSONDecoder(strict=False)


def parse(text: str) -> Any:
    """Decode one JSON text. Raises ValueError for every kind of fault.

    msgspec takes a third of the time of the standard library, but refuses half surrogates,
    numbers such as 1e400 or NaN, tabs and other control characters as they are, and byte order
    marks. Servers do send those, and one such field must not spoil the rest, so the standard
    library decodes them.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        return json.loads(text.lstrip("\ufeff"), strict=False)
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None


def parse_each(text: str) -> list[Any]:
    """Decode objects without a line break between them; [] if the text is anything else.

    Some proxies lose the line breaks of a stream, and keep ``data:`` or not.
    """
    values: list[Any] = []
    for each in _apart(text):
        if not isinstance(each, dict):
            return []
        values.append(each)
    return values


def _apart(text: str) -> Iterator[Any]:
    """The JSON values in a text, and None for anything else."""
    place = 0
    while place < len(text):
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            value, place = None, len(text)
        yield value
        gap = _GAP.match(text, place)
        place = gap.end() if gap else place
