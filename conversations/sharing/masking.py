"""Covers masked strings in a text, in every form in which the text can hold them.

A text is searched in several views: as it is written; with the escapes of HTML, JSON, Markdown
and addresses decoded, once or nested; and without Markdown's marks of emphasis. In every view,
case, the two ways to write an accent, the kind of white space and characters of no width make no
difference. Each character of a view has its position in the text, so what is found in a view is
covered in the text.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

# The first that holds none of the masked strings replaces them. All have the same length, so
# that a cover does not tell the length of what it covers.
COVERS = ("█████", "•••••", "-----", "=====")
# A shorter beginning of a masked string, such as a letter, says nothing about it.
SHORTEST_BEGINNING = 3
# Covering can join two halves of a string that were apart.
_ROUNDS = 4

# Unicode's Default_Ignorable_Code_Point: what is not displayed.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_WHITE = re.compile(r"\s+")
_AS_WRITTEN = re.compile(
    rf"(?P<run>[!-~]+)|(?P<space>\s+)|(?P<nothing>[{_INVISIBLE}]+)|(?P<other>.)", re.DOTALL
)


def _escapes(backslash: str) -> str:
    """The pattern of escapes; ``backslash`` is the pattern of what begins one."""
    return (
        r"(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
        rf"|(?P<unicode>(?:{backslash}u[0-9a-fA-F]{{4}})+)"
        r"|(?P<percent>(?:%[0-9a-fA-F]{2})+)"
        rf"|(?P<space>(?:\s|{backslash}[nrt](?![A-Za-z]))+)"
        rf"|(?P<escaped>{backslash}[!-/:-@\[-`{{-~])"
    )


def _decoded(backslash: str) -> re.Pattern[str]:
    nothing, run = rf"(?P<nothing>[{_INVISIBLE}]+)", r"(?P<run>[!-$'-\[\]-~]+)"
    return re.compile(rf"{_escapes(backslash)}|{nothing}|{run}|(?P<other>.)", re.DOTALL)


# HTML has no backslash escapes; in JSON inside JSON one escape has several backslashes.
_NEVER, _ONCE, _NESTED = r"(?!)", r"\\", r"\\+"
_UNMARKED = re.compile(
    rf"{_escapes(_NESTED)}|(?P<nothing>[{_INVISIBLE}*_~`]+)"
    r"|(?P<run>[!-$'-)+-\[\]^a-}]+)|(?P<other>.)",
    re.DOTALL,
)
_VIEWS = (_AS_WRITTEN, *map(_decoded, (_NEVER, _ONCE, _NESTED)), _UNMARKED)


class Masks:
    """The strings that one selection masks."""

    def __init__(self, strings: Iterable[str]) -> None:
        folded = {_folded(each.strip(), _AS_WRITTEN) for each in strings}
        # The longest first: a string may be part of another.
        self._needles = sorted(folded - {"", " "}, key=len, reverse=True)
        free = (each for each in COVERS if not self.occur_in(each))
        self.cover = next(free, "")

    def __bool__(self) -> bool:
        return bool(self._needles)

    def occur_in(self, text: str) -> bool:
        """True if the text holds one of the strings in some form."""
        return any(
            needle in folded
            for folded in (_folded(text, view) for view in _VIEWS)
            for needle in self._needles
        )

    def text(self, text: str) -> str:
        """The text with every form of every string covered."""
        if not self._needles:
            return text
        for _round in range(_ROUNDS):
            spans = self._spans(text)
            if not spans:
                return text
            text = _covered(text, spans, self.cover)
        return self.cover

    def unfinished(self, text: str) -> str:
        """The covered text, without the beginning of a string that its end may have cut off."""
        return _covered(text, self._begun(text), self.cover)

    def value(self, value: Any) -> Any:
        """A JSON value with the strings covered in its texts, names and numbers."""
        if not self._needles:
            return value
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
            case list() | tuple():
                return [self.value(inner) for inner in value]
            case None | bool():
                return value
        return self.text(str(value)) if self.occur_in(str(value)) else value

    def json(self, text: str) -> str:
        """JSON text with the strings covered; it stays JSON where it was."""
        if not self._needles:
            return text
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self.text(text)
        covered = self.value(value)
        if covered == value and not self.occur_in(text):
            return text
        return self.text(json.dumps(covered, ensure_ascii=False))

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """The positions of the strings in the text."""
        found: list[tuple[int, int]] = []
        for view in _VIEWS:
            folded = _folded(text, view)
            if any(needle in folded for needle in self._needles):
                found += self._places(text, view)
        return sorted(found)

    def _begun(self, text: str) -> list[tuple[int, int]]:
        """The place at the end of the text where a string begins; none if there is no such."""
        views = (_mapped(text, view) for view in _VIEWS) if self._needles else ()
        found = [
            starts[len(folded) - length]
            for folded, starts, _ends in views
            for needle in self._needles
            if (length := _overlap(folded, needle))
        ]
        return [(min(found), len(text))] if found else []

    def _places(self, text: str, view: re.Pattern[str]) -> list[tuple[int, int]]:
        folded, starts, ends = _mapped(text, view)
        return [
            (starts[place], ends[place + len(needle) - 1])
            for needle in self._needles
            for place in _occurrences(needle, folded)
        ]


def _occurrences(needle: str, folded: str) -> Iterable[int]:
    place = folded.find(needle)
    while place >= 0:
        yield place
        place = folded.find(needle, place + 1)


def _overlap(folded: str, needle: str) -> int:
    """The length of a string's beginning that ends a text, 0 if too little to tell."""
    lengths = range(len(needle) - 1, SHORTEST_BEGINNING - 1, -1)
    return next((each for each in lengths if folded.endswith(needle[:each])), 0)


def _covered(text: str, spans: list[tuple[int, int]], cover: str) -> str:
    """The text with each run of overlapping spans replaced by one cover."""
    parts, done = [], 0
    for start, end in spans:
        if start >= done:
            parts += [text[done:start], cover]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _folded(text: str, view: re.Pattern[str]) -> str:
    return _WHITE.sub(" ", "".join(_meaning(match) for match in view.finditer(text)))


def _mapped(text: str, view: re.Pattern[str]) -> tuple[str, list[int], list[int]]:
    """A view of the text, and where each of its characters begins and ends in the text."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in view.finditer(text):
        meaning = _meaning(match)
        if meaning.startswith(" ") and parts and parts[-1].endswith(" "):
            # White space in several pieces is one space.
            meaning, ends[-1] = meaning[1:], match.end()
        if meaning:
            parts.append(meaning)
        if match.lastgroup == "run":
            starts.extend(range(match.start(), match.end()))
            ends.extend(range(match.start() + 1, match.end() + 1))
        else:
            starts.extend([match.start()] * len(meaning))
            ends.extend([match.end()] * len(meaning))
    return "".join(parts), starts, ends


def _meaning(match: re.Match[str]) -> str:
    """The meaning of a piece of text, in the form in which texts are compared."""
    piece = match[0]
    match match.lastgroup:
        case "run":
            return piece.lower()
        case "space":
            return " "
        case "nothing":
            return ""
        case "entity":
            piece = html.unescape(piece)
        case "unicode":
            piece = _utf16(re.findall(r"u([0-9a-fA-F]{4})", piece))
        case "percent":
            piece = unquote(piece, errors="replace")
        case "escaped":
            piece = piece[-1]
    shown = _WHITE.sub(" ", _HIDDEN.sub("", piece))
    return unicodedata.normalize("NFKD", shown).casefold()


def _utf16(units: list[str]) -> str:
    return b"".join(int(unit, 16).to_bytes(2, "big") for unit in units).decode(
        "utf-16-be", errors="replace"
    )
