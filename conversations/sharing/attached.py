"""Texts attached to a user's message: the twin of static/js/composer/attached_text.js.

A file or a long paste is a fenced block with a name; the pages fold it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENING = re.compile(r'(`{3,})text title="([^"]*)"')


@dataclass(frozen=True)
class Attached:
    """One attached text."""

    name: str
    text: str


def parts_of(content: str) -> list[str | Attached]:
    """The texts of a message, none of them empty, and what is attached between them."""
    return [each for each in _parts(content.split("\n")) if each != ""]


def _parts(lines: list[str]) -> Iterator[str | Attached]:
    start = index = 0
    while index < len(lines):
        opening = _OPENING.fullmatch(lines[index])
        end = _closing(lines, opening[1], index + 1) if opening else None
        if opening and end is not None:
            yield "\n".join(lines[start:index]).strip("\n")
            yield Attached(opening[2], "\n".join(lines[index + 1 : end]))
            start = index = end + 1
        else:
            index += 1
    rest = "\n".join(lines[start:])
    yield rest.strip("\n") if start else rest


def _closing(lines: list[str], fence: str, start: int) -> int | None:
    try:
        return lines.index(fence, start)
    except ValueError:
        return None
