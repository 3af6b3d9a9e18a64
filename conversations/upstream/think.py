"""Separates ``<think>`` reasoning from content, for servers that send both as one text."""

from .dialects import InlineThinking

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkSplitter:
    """Splits content that arrives in pieces into (reasoning, content); tags may be cut anywhere.

    Only a tag at the beginning counts, so that an answer that mentions the tag keeps it. A closing
    tag without an opening one is recognised in the first piece (as in a whole answer), or if
    ``mode`` is "opened".
    """

    def __init__(self, mode: InlineThinking) -> None:
        self._state = "content" if mode == "off" else "start"
        self._opened = mode == "opened"
        self._held = ""
        self._fresh = True

    def pass_through(self) -> None:
        """Split nothing from now on: the server sends reasoning separately."""
        self._state = "content"

    def feed(self, text: str) -> tuple[str, str]:
        """Return the reasoning and the content that this piece adds."""
        if self._state == "content" and not self._held:
            return "", text
        text = self._held + text
        self._held = ""
        if self._state == "start":
            return self._start(text)
        if self._state == "thinking":
            return self._thinking(text)
        if self._state == "gap":
            return "", self._after_gap(text)
        return "", text

    def flush(self) -> tuple[str, str]:
        """Return the text that was held back: the content has ended."""
        held, self._held = self._held, ""
        thinking = self._state == "thinking" or (self._state == "start" and self._opened)
        return (held, "") if thinking else ("", held)

    def _start(self, text: str) -> tuple[str, str]:
        stripped = text.lstrip()
        if stripped.startswith(_OPEN):
            self._state = "thinking"
            return self._thinking(stripped.removeprefix(_OPEN))
        if _OPEN.startswith(stripped):
            self._held = text
            return "", ""
        if self._opened or _CLOSE in text:
            self._state = "thinking"
            return self._thinking(stripped)
        self._state = "content"
        return "", text

    def _thinking(self, text: str) -> tuple[str, str]:
        if self._fresh:
            text = text.lstrip("\n")
            self._fresh = not text
        reasoning, tag, content = text.partition(_CLOSE)
        if tag:
            self._state = "gap"
            return reasoning.rstrip("\n"), self._after_gap(content)
        end = len(text) - _tail(text)
        self._held = text[end:]
        return text[:end], ""

    def _after_gap(self, text: str) -> str:
        """Remove the blank lines between the closing tag and the answer."""
        text = text.lstrip()
        if text:
            self._state = "content"
        return text


def _tail(text: str) -> int:
    """Count the characters at the end that may belong to the closing tag."""
    return next((size for size in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:size])), 0)
