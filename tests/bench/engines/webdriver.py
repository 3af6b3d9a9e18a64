"""A browser behind the commands of WebDriver: https://www.w3.org/TR/webdriver2/."""

import base64
from pathlib import Path
from typing import Any, Protocol

from tests.bench.engines.engine import Engine

_KEYS = {
    "Control": "\ue009", "Shift": "\ue008", "Enter": "\ue007", "Escape": "\ue00c",
    "Tab": "\ue004", "PageUp": "\ue00e", "End": "\ue010", "Backspace": "\ue003",
}  # fmt: skip
_CENTRE = """
const box = arguments[0].getBoundingClientRect();
return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
"""


class Wire(Protocol):
    """The way of commands to a browser."""

    def command(self, name: str, **values: Any) -> Any:
        """Give a command by its name in the standard; raises RuntimeError if it is refused."""

    def close(self) -> None:
        """End the browser."""


class WebDriver(Engine):
    """A browser that takes these commands over some wire."""

    tab = "tab"

    def __init__(self, name: str, wire: Wire) -> None:
        self.name = name
        self._wire = wire
        self._tabs = [wire.command("GetWindowHandle")]

    def open(self, address: str) -> None:
        self._wire.command("Navigate", url=address)

    def reload(self) -> None:
        self._wire.command("Refresh")

    def back(self) -> None:
        self._wire.command("Back")

    def forward(self) -> None:
        self._wire.command("Forward")

    def run(self, script: str, *given: Any) -> Any:
        return self._wire.command("ExecuteScript", script=script, args=list(given))

    def click(self, element: Any) -> None:
        self._wire.command("ElementClick", id=next(iter(element.values())))

    def type(self, text: str) -> None:
        self._keys([(kind, key) for key in text for kind in ("keyDown", "keyUp")])

    def press(self, chord: str) -> None:
        keys = [_KEYS.get(name, name) for name in chord.split("+")]
        down = [("keyDown", key) for key in keys]
        self._keys([*down, *(("keyUp", key) for key in reversed(keys))])

    def _keys(self, strokes: list[tuple[str, str]]) -> None:
        actions = [{"type": kind, "value": key} for kind, key in strokes]
        self._act({"type": "key", "id": "keys", "actions": actions})

    def _act(self, *sources: dict[str, Any]) -> None:
        self._wire.command("PerformActions", actions=list(sources))

    def wheel(self, element: Any, by: int) -> None:
        x, y = self.run(_CENTRE, element)
        turn = {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": by, "duration": 0}
        self._act({"type": "wheel", "id": "wheel", "actions": [{**turn, "origin": "viewport"}]})

    def new_tab(self) -> None:
        self._tabs.append(self._wire.command("NewWindow", type=self.tab)["handle"])
        self.show_tab(-1)

    def show_tab(self, place: int) -> None:
        self._wire.command("SwitchToWindow", handle=self._tabs[place])

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._wire.command("TakeScreenshot")))

    def resize(self, width: int, height: int) -> None:
        self._wire.command("SetWindowRect", width=width, height=height)

    def close(self) -> None:
        self._wire.close()
