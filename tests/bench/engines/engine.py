"""The actions of a person in a browser, and what a script reads of the page they see."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

# The first visible element of a kind, by its accessible name; the last one where place is -1.
_FIND = """
const [selector, name, place] = arguments;
const shown = (element) => element.checkVisibility() && element.getClientRects().length > 0;
const said = (element) => {
  if (!element?.querySelector("[aria-hidden=true]")) return element?.textContent ?? "";
  const copy = element.cloneNode(true);
  for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
  return copy.textContent;
};
const text = (id) => said(document.getElementById(id));
const named = (element) =>
  element.getAttribute("aria-label") ??
  (element.hasAttribute("aria-labelledby")
    ? element.getAttribute("aria-labelledby").split(" ").map(text).join(" ")
    : said(element.labels?.[0] ?? element));
const plain = (words) => words.replace(/\\s+/g, " ").trim();
const dialog = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
return [...dialog.querySelectorAll(selector)]
  .filter((element) => shown(element) && (!name || plain(named(element)) === name))
  .at(place) ?? null;
"""
_KINDS = {
    "button": "button, summary, [role=button], [role=tab]",
    "link": "a[href]",
    "box": "textarea, input:not([type=hidden])",
    "option": "[role=option], [role=menuitem]",
}


class Engine(ABC):
    """A browser with one or more tabs; every method acts in the tab that was shown last."""

    name = ""

    @abstractmethod
    def open(self, address: str) -> None:
        """Open an address and wait until it is loaded."""

    @abstractmethod
    def reload(self) -> None:
        """Load the page again."""

    @abstractmethod
    def back(self) -> None:
        """Go to the page before."""

    @abstractmethod
    def forward(self) -> None:
        """Go to the page after."""

    @abstractmethod
    def run(self, script: str, *given: Any) -> Any:
        """Run the body of a function in the page; an element that it returns can be given back."""

    @abstractmethod
    def click(self, element: Any) -> None:
        """Click on an element where a person would."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type a text into what has the focus."""

    @abstractmethod
    def press(self, chord: str) -> None:
        """Press keys, such as ``Enter`` or ``Control+a``."""

    @abstractmethod
    def new_tab(self) -> None:
        """Open a tab and show it."""

    @abstractmethod
    def show_tab(self, place: int) -> None:
        """Show a tab, by the order of their opening."""

    @abstractmethod
    def picture(self, file: Path) -> None:
        """Write what the window shows, as a PNG."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Give the window this size."""

    @abstractmethod
    def wheel(self, element: Any, by: int) -> None:
        """Turn the wheel over an element; a negative number moves up."""

    def cut_off(self, offline: bool) -> bool:
        """Take the network away, or give it back; returns False where no driver can."""
        return False

    @abstractmethod
    def close(self) -> None:
        """End the browser."""

    # Made of these

    def find(self, kind: str, name: str = "", place: int = 0) -> Any:
        """The element of a kind that has this accessible name, or None."""
        return self.run(_FIND, _KINDS.get(kind, kind), name, place)
