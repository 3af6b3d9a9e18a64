"""The shape of a JSON text: how deep and how many, counted before it is decoded.

Decoding and regular expressions hold Python's lock from their beginning to their end, on whatever
thread they run, and the tokens of all answers wait meanwhile. So a text is looked at in slices.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from conversations.refusal import Refused

# A tool with a schema has about ten levels and a hundred objects; a conversation of ten thousand
# messages has 40,000 elements.
MOST_DEPTH = 64
MOST_CONTAINERS = 100_000
MOST_ELEMENTS = 200_000
_SLICE = 64 * 1024
# Lone UTF-16 surrogates: a first one without a second after it, or a second without a first.
_LONE_SURROGATES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_ESCAPE_BYTES = 12
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def check_shape(content: bytes) -> None:
    """Check the brackets and commas alone. Raises :class:`Refused`.

    Decoding a million lists, objects or elements would cost a hundred times more.
    """
    if len(content) <= MOST_DEPTH:
        return
    containers = elements = depth = 0
    for text in _outside_strings(content):
        elements += text.count(b",")
        brackets = text.translate(None, _NOT_BRACKETS)
        containers += len(brackets)
        depth = _deeper(depth, brackets)
        if containers > 2 * MOST_CONTAINERS:
            raise _too_complex(_("The body has more than %s lists and objects."), MOST_CONTAINERS)
        if elements > MOST_ELEMENTS:
            raise _too_complex(_("The body has more than %s elements."), MOST_ELEMENTS)


def has_lone_surrogate(content: bytes) -> bool:
    """True if an escape is one half of a surrogate pair, without the other."""
    for start in range(0, len(content), _SLICE):
        end = start + _SLICE + _ESCAPE_BYTES
        found = _LONE_SURROGATES.search(content, start, end)
        if found and found.start() < start + _SLICE:
            return True
    return False


def _outside_strings(content: bytes) -> Iterator[bytes]:
    is_inside, cut = False, b""
    for start in range(0, len(content), _SLICE):
        text = cut + content[start : start + _SLICE]
        # An escape that the slice cuts in two is looked at with the next one.
        backslashes = len(text) - len(text.rstrip(b"\\"))
        cut = b"\\" if backslashes % 2 else b""
        text = text.removesuffix(cut)
        parts = text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        yield b"".join(parts[is_inside::2])
        is_inside ^= len(parts) % 2 == 0


def _deeper(depth: int, brackets: bytes) -> int:
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MOST_DEPTH:
            raise _too_complex(_("The body is nested more than %s levels deep."), MOST_DEPTH)
    return depth


def _too_complex(text: str, most: int) -> Refused:
    return Refused("too_complex", text % f"{most:,}")
