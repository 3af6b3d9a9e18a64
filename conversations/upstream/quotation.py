"""Removes from a server's words what they repeat of the request.

Some servers quote the whole input in an error (``detail`` of FastAPI has an ``input``). What
administrators and the log get must not have the text of a conversation.
"""

from collections.abc import Iterable
from itertools import takewhile

# Shorter repetitions, such as a word or a name, say what is wrong.
QUOTED_LENGTH = 24
_STRIDE = 8
# More text than this is not looked through: it would hold up the event loop.
MOST_SEARCHED = 1_000_000


def without_quotations(words: str, texts: Iterable[str]) -> str:
    """Return the words with ``[text]`` for each part that repeats one of the texts.

    A repetition of at least QUOTED_LENGTH + 7 characters is found.
    """
    if len(words) < QUOTED_LENGTH:
        return words
    searched = " ".join("\0".join(texts)[:MOST_SEARCHED].split())
    parts: list[str] = []
    end = 0
    for start in range(0, len(words) - QUOTED_LENGTH + 1, _STRIDE):
        place = searched.find(words[start : start + QUOTED_LENGTH]) if start >= end else -1
        if place >= 0:
            before = _same(reversed(words[end:start]), reversed(searched[:place]))
            parts += [words[end : start - before], "[text]"]
            end = start + _same(words[start:], searched[place:])
    return "".join(parts) + words[end:]


def _same(one: Iterable[str], other: Iterable[str]) -> int:
    """Return for how many characters two texts are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
