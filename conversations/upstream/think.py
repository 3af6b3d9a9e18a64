"""Separates ``<think>`` reasoning from content, for servers that send both as one text."""

from .dialects import InlineThinking

_OPEN = "<think>"
_CLOSE = "</think>"
# Text has these before a tag that it mentions; reasoning ends with a word or a line.
_BEFORE_A_MENTION = frozenset(" \t`'\"“‘«(*[")


class ThinkSplitter:
    """Splits content that arrives in pieces into (reasoning, content); tags may be cut anywhere.

    Only a tag at the beginning counts, so that an answer that mentions the tag keeps it. A closing
    tag without an opening one is recognised in the first piece (as in a whole answer), unless it
    is mentioned there, or if ``mode`` is "opened". The reasoning is without the space around it.
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
        return (held.rstrip(), "") if thinking else ("", held)

    def _start(self, text: str) -> tuple[str, str]:
        stripped = text.lstrip()
        if stripped.startswith(_OPEN):
            self._state = "thinking"
            return self._thinking(stripped.removeprefix(_OPEN))
        if _OPEN.startswith(stripped):
            self._held = text
            return "", ""
        if self._opened or _is_closed(text):
            self._state = "thinking"
            return self._thinking(stripped)
        self._state = "content"
        return "", text

    def _thinking(self, text: str) -> tuple[str, str]:
        if self._fresh:
            text = text.lstrip()
            self._fresh = not text
        reasoning, tag, content = text.partition(_CLOSE)
        if tag:
            self._state = "gap"
            return reasoning.rstrip(), self._after_gap(content)
        shown = text[: len(text) - _tail(text)].rstrip()
        self._held = text[len(shown) :]
        return shown, ""

    def _after_gap(self, text: str) -> str:
        """Remove the blank lines between the closing tag and the answer."""
        text = text.lstrip()
        if text:
            self._state = "content"
        return text


def _is_closed(text: str) -> bool:
    """Return whether a whole answer begins with reasoning that lacks its opening tag."""
    before, tag, _ = text.partition(_CLOSE)
    return bool(tag) and _OPEN not in before and before[-1:] not in _BEFORE_A_MENTION


def _tail(text: str) -> int:
    """Count the characters at the end that may belong to the closing tag."""
    return next((size for size in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:size])), 0)
