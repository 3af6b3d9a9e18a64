"""Chromium, by Playwright, as in the suite."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import ElementHandle, Page, sync_playwright

from tests.bench.engines.engine import Engine

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable")
_CALL = "(given) => (function () { %s }).apply(null, given)"


class Chromium(Engine):
    """A Chromium in which the page may read the clipboard."""

    name = "Chromium"

    def __init__(self, program: str) -> None:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=program, args=arguments)
        self._context = self._browser.new_context()
        self._context.grant_permissions(["clipboard-read", "clipboard-write"])
        self._tabs: list[Page] = []
        self.new_tab()

    def open(self, address: str) -> None:
        self._page.goto(address)

    def reload(self) -> None:
        self._page.reload()

    def back(self) -> None:
        self._page.go_back()

    def forward(self) -> None:
        self._page.go_forward()

    def run(self, script: str, *given: Any) -> Any:
        result = self._page.evaluate_handle(_CALL % script, list(given))
        element = result.as_element()
        return element or result.json_value()

    def click(self, element: ElementHandle) -> None:
        element.click()

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)

    def press(self, chord: str) -> None:
        self._page.keyboard.press(chord)

    def wheel(self, element: ElementHandle, by: int) -> None:
        element.hover()
        self._page.mouse.wheel(0, by)

    def new_tab(self) -> None:
        self._page = self._context.new_page()
        self._tabs.append(self._page)

    def show_tab(self, place: int) -> None:
        self._page = self._tabs[place]
        self._page.bring_to_front()

    def picture(self, file: Path) -> None:
        self._page.screenshot(path=file)

    def resize(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    def cut_off(self, offline: bool) -> bool:
        self._context.set_offline(offline)
        return True

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()
