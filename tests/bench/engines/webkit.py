"""WebKitGTK's small browser, by its own WebDriver on a screen that nobody sees."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.bench.engines.webdriver import WebDriver
from tests.bench.site import free_port

DRIVER = "WebKitWebDriver"
START_SECONDS = 60
_SCREEN = ["xvfb-run", "--auto-servernum", "--server-args", "-screen 0 1600x1100x24"]
_ROUTES = {
    "Navigate": "POST url", "Refresh": "POST refresh", "Back": "POST back",
    "Forward": "POST forward", "ExecuteScript": "POST execute/sync",
    "ElementClick": "POST element/{id}/click", "PerformActions": "POST actions",
    "NewWindow": "POST window/new", "SwitchToWindow": "POST window",
    "GetWindowHandle": "GET window", "TakeScreenshot": "GET screenshot",
    "SetWindowRect": "POST window/rect",
}  # fmt: skip


class Http:
    """The driver, its browser and its screen."""

    def __init__(self, browser: Path) -> None:
        self._address = f"http://127.0.0.1:{(port := free_port())}"
        # The sandbox of its processes needs rights that containers do not give.
        variables = {**os.environ, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        self._process = subprocess.Popen(
            [*_SCREEN, DRIVER, f"--port={port}"], env=variables, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._until_ready()
        started = self._ask("POST", "/session", {"capabilities": wanted})
        self._session = f"/session/{started['sessionId']}"

    def command(self, name: str, **values: Any) -> Any:
        """Give a command of WebDriver."""
        method, _, path = _ROUTES[name].partition(" ")
        body = values if method == "POST" else None
        return self._ask(method, f"{self._session}/{path.format(**values)}", body)

    def close(self) -> None:
        """End all of it."""
        with suppress(RuntimeError):
            self._ask("DELETE", self._session, None)
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(START_SECONDS)

    def _until_ready(self) -> None:
        last = time.monotonic() + START_SECONDS
        while True:
            try:
                self._ask("GET", "/status", None)
            except OSError:
                if time.monotonic() > last:
                    raise
                time.sleep(0.1)
            else:
                return

    def _ask(self, method: str, path: str, body: Any) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, content, method=method)
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{path}: {json.load(refused)['value']['message']}") from None


def small_browser() -> Path | None:
    """The browser that comes with the library, or None."""
    found = Path("/usr/lib").glob("**/webkit2gtk-4.*/MiniBrowser")
    return next(iter(sorted(found, reverse=True)), None)


class WebKit(WebDriver):
    """The engine of Safari, as Debian has it."""

    # The small browser draws no tab but its first.
    tab = "window"

    def __init__(self, browser: Path) -> None:
        super().__init__("WebKit", Http(browser))
