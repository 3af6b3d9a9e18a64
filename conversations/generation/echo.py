"""Removes from a continued answer what it repeats."""


class EchoFilter:
    """Removes the text to continue from the beginning of an answer that repeats it.

    llama.cpp repeats the whole text, and models that got an instruction often do.
    """

    def __init__(self, echo: str) -> None:
        self._expected = echo
        self._held = ""

    def feed(self, content: str) -> str:
        """Return the new part of ``content``; text that may be an echo is held back."""
        if not self._expected:
            return content
        self._held += content
        if self._expected.startswith(self._held):
            return ""
        return self._release()

    def flush(self) -> str:
        """Return the text that was held back and is no echo, at the end of the answer."""
        if self._held == self._expected:
            self._held = ""
        return self._release()

    def _release(self) -> str:
        new = self._held.removeprefix(self._expected)
        self._expected = self._held = ""
        return new
