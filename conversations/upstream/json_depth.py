"""Finds the end of a JSON object that arrives in pieces."""

import re

_ESCAPE = re.compile(r"\\.", re.DOTALL)
_MARK = re.compile(r'[{}\[\]"]')


class JsonDepth:
    """The number of objects and lists that are open at the end of the text so far.

    Looks at each character once: decoding all of the text at each piece would take ever longer.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._is_quoted = False
        self._is_escaped = False

    @property
    def is_zero(self) -> bool:
        """True if nothing is open."""
        return self._depth == 0 and not self._is_quoted

    def feed(self, text: str) -> None:
        """Add a piece of the text."""
        if self._is_escaped:
            text = "\\" + text
        text = _ESCAPE.sub("", text)
        self._is_escaped = text.endswith("\\")
        for mark in _MARK.findall(text):
            if mark == '"':
                self._is_quoted = not self._is_quoted
            elif not self._is_quoted:
                self._depth += 1 if mark in "{[" else -1
