"""Cleans text that databases and sockets cannot carry."""

import re
from typing import Any

import msgspec

_TROUBLE = re.compile("[\0\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")


class TextJoiner:
    """Cleans one text that arrives in pieces.

    Removes U+0000, which PostgreSQL refuses; joins surrogate halves that some servers send in two
    deltas; replaces single halves by U+FFFD, since they cannot be encoded.
    """

    def __init__(self) -> None:
        self._high = ""

    def feed(self, text: str) -> str:
        """Return the text so far; a high half at the end waits for its low half."""
        if text.isascii() and not self._high and "\0" not in text:
            return text
        text = self._high + text
        self._high = ""
        if not _TROUBLE.search(text):
            return text
        text = text.replace("\0", "")
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._high = text[:-1], text[-1]
        return _repair(text)

    def flush(self) -> str:
        """Return a replacement for a half that still waits."""
        waiting, self._high = self._high, ""
        return "\ufffd" if waiting else ""


def clean(text: str) -> str:
    """Return a whole text cleaned."""
    joiner = TextJoiner()
    return joiner.feed(text) + joiner.flush()


def is_clean(value: Any) -> bool:
    """Return whether a decoded JSON value can be stored and sent unchanged."""
    try:
        return b"\\u0000" not in msgspec.json.encode(value)
    except (UnicodeError, RecursionError, OverflowError):
        return False


def _repair(text: str) -> str:
    return _HALF.sub("\ufffd", _PAIR.sub(_join, text))


def _join(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")
