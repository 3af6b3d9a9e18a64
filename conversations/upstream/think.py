"""Splits ``<think>`` reasoning out of the content of servers that write both as one text."""

from .dialects import InlineThinking

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkSplitter:
    """Takes content in pieces and gives (reasoning, content) pairs; tags may be cut anywhere.

    Reasoning is looked for only where the content begins, so that an answer that talks about the
    tag keeps it. A closing tag without an opening one is recognised when it comes within the first
    piece (whole answers always do) or when ``mode`` is "opened".
    """

    def __init__(self, mode: InlineThinking) -> None:
        self._state = "content" if mode == "off" else "start"
        self._opened = mode == "opened"
        self._held = ""
        self._fresh = True

    def pass_through(self) -> None:
        """Leave all further content alone: the server marks reasoning itself."""
        self._state = "content"

    def feed(self, text: str) -> tuple[str, str]:
        """Give the reasoning and the content that this piece adds."""
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
        """Give what was held back, since no more will come."""
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
        kept = _tail(text)
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept], ""

    def _after_gap(self, text: str) -> str:
        """Drop the blank lines between the closing tag and the answer."""
        text = text.lstrip()
        if text:
            self._state = "content"
        return text


def _tail(text: str) -> int:
    """Count the characters at the end that may belong to the closing tag."""
    return next((size for size in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:size])), 0)
