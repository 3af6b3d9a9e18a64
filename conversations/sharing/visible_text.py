"""Extracts the readable text of HTML: text across elements, and attributes with text."""

from html.parser import HTMLParser
from urllib.parse import unquote

# Attributes whose values come from the text; the values of all others are ours.
_ATTRIBUTES = {"href", "title"}
_INLINE = {"a", "code", "del", "em", "s", "span", "strong", "math"}


class _TextParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = (value for name, value in attrs if value and name in _ATTRIBUTES)
        self.attributes += [unquote(value) for value in shown]
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def _separate(self, tag: str) -> None:
        # The parts of a formula (mi, mn, mo and so on) are read as one word.
        if tag not in _INLINE and not tag.startswith("m"):
            self.text.append("\n")


def visible_text(html: str) -> str:
    """The text as a reader sees it across elements, then the attributes with text."""
    parser = _TextParser()
    parser.feed(html)
    parser.close()
    return "\n".join(["".join(parser.text), *parser.attributes])
