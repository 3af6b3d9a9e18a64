"""Reads the fields of one form on a page, as a browser would send them."""

from html.parser import HTMLParser


class FormReader(HTMLParser):
    """A parser that collects names and values of a form in ``fields``."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._form_id = form_id
        self._inside = False
        self._name = ""
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a field."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == self._form_id
        if not self._inside:
            return
        if tag == "input":
            self._input(given)
        elif tag == "select":
            self._name = given.get("name", "")
        elif tag == "option" and "selected" in given:
            self.fields.setdefault(self._name, []).append(given["value"])
        elif tag == "textarea":
            self._name, self._text = given["name"], []

    def handle_data(self, data: str) -> None:
        """Add to the text of a text box."""
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a field or the form."""
        if tag == "textarea" and self._text is not None:
            # The first line break belongs to the tag.
            self.fields[self._name] = ["".join(self._text).removeprefix("\n")]
            self._text = None
        elif tag == "form":
            self._inside = False

    def _input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        ticked = kind not in {"checkbox", "radio"} or "checked" in given
        if name and ticked and kind not in {"submit", "button"}:
            default = "on" if kind == "checkbox" else ""
            self.fields.setdefault(name, []).append(given.get("value", default))
