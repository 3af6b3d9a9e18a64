"""The corpus of Markdown: our cases, with what a reader should see, and CommonMark's examples."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "markdown"
CASES: dict[str, list[dict[str, Any]]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
}
SPECIFICATION = Path(__file__).parent.parent / "node_modules/commonmark-spec/spec.txt"
_EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n.*?^`{32}$", re.DOTALL | re.MULTILINE)
_EMPTY = {"br", "hr", "input"}
_MATH = re.compile(r"math\b")


def wrong(name: str, pages: list[str]) -> list[Any]:
    """The cases of a file that are not what they should be in the HTML of a page."""
    both = zip(CASES[name], pages, strict=True)
    read = [(case, _found(case, html), html) for case, html in both]
    return [each for each in read if any(each[0][key] != each[1][key] for key in each[1])]


def sources(name: str) -> list[str]:
    return [case["source"] for case in CASES[name]]


def commonmark() -> list[str]:
    """The sources of CommonMark's examples, which show tabs as arrows."""
    text = SPECIFICATION.read_text(encoding="utf-8")
    return [source.replace("→", "\t") for source in _EXAMPLE.findall(text)]


def _found(case: dict[str, Any], html: str) -> dict[str, Any]:
    """As `found` of tests/js/markdown/counts.js."""
    page = _Page()
    page.feed(html)
    page.close()
    return {key: page.read(key, case[key]) for key in case if key != "source"}


class _Page(HTMLParser):
    """The elements and the text of a rendered message; the inside of a formula is one text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if not any(self._open):
            self.elements.append((tag, attributes))
        if tag == "br":
            self.text += "\n"
        if tag not in _EMPTY:
            self._open.append(_kind(attributes) == "math")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data

    def read(self, key: str, wanted: Any) -> Any:
        match key:
            case "text":
                return self.text
            case "has":
                return [each for each in wanted if each in self.text]
            case "lacks":
                return [each for each in wanted if each not in self.text]
            case "rtl" | "ltr":
                return [name for name, each in self.elements if each.get("dir") == key]
            case "links":
                return [each["href"] for name, each in self.elements if name == "a"]
        return sum(key in (name, _kind(each)) for name, each in self.elements)


def _kind(attributes: dict[str, str | None]) -> str | None:
    return "math" if _MATH.match(attributes.get("class") or "") else None
