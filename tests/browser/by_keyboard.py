"""A person without a mouse: every key press is followed by a look at what has the focus."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page

# More stops than any page of the test has.
MOST_STOPS = 80
# A dialog that opens has the focus before it is drawn.
SEEN_AFTER_SECONDS = 2
# The name of what has the focus, and whether one sees that: it is in the window, and it or the box
# that it fills is marked by a line around it.
_FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return { name: "the page", isSeen: true };
  const said = (each) => {
    const copy = each.cloneNode(true);
    for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  const own = (each) => each.getAttribute("aria-label") ?? said(each.labels?.[0] ?? each);
  const { top, bottom, left, right } = element.getBoundingClientRect();
  const isInside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  // The heading of a dialog is where a screen reader begins; no key acts on it. A text box has its
  // caret. The line of a slider is around its thumb, which no script can ask for.
  if (element.matches("h1, h2, textarea, [type=text], [type=range]"))
    return { name: own(element), isSeen: isInside };
  const isMarked = (each) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  };
  const boxes = [element, element.closest(".model-picker"), element.nextElementSibling];
  const isSeen = isInside && boxes.some((each) => each && isMarked(each));
  return { name: own(element) || element.title || element.outerHTML.slice(0, 200), isSeen };
}"""


class Keyboard:
    """Moves over a page by keys alone. ``unseen`` is what had the focus without a mark."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []

    def press(self, *chords: str) -> None:
        """Press keys, and look at what has the focus then."""
        for chord in chords:
            self.page.keyboard.press(chord)
            self.look()

    def look(self) -> str:
        """The name of what has the focus."""
        until = time.monotonic() + SEEN_AFTER_SECONDS
        focused = self._focused()
        while not focused["isSeen"] and time.monotonic() < until:
            focused = self._focused()
        if not focused["isSeen"]:
            self.unseen.append(focused["name"])
        return str(focused["name"])

    def _focused(self) -> dict[str, Any]:
        focused: dict[str, Any] = self.page.evaluate(_FOCUSED)
        return focused

    def to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until what begins with this name has the focus."""
        stops = [self.look()]
        while not stops[-1].startswith(name):
            if len(stops) > MOST_STOPS:
                pytest.fail(f"Tab does not reach {name!r}: {dict.fromkeys(stops)}")
            self.page.keyboard.press(key)
            stops.append(self.look())

    def use(self, name: str, key: str = "Tab") -> None:
        """Go to a control and press Enter."""
        self.to(name, key)
        self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)
