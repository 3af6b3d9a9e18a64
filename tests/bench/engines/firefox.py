"""Firefox, by Marionette: the commands of WebDriver as it takes them without another program.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.engines.webdriver import WebDriver
from tests.bench.site import free_port

NAMES = ("firefox-esr", "firefox")
START_SECONDS = 60
# The offline switch of a browser belongs to its own pages, which a script reaches only with this.
_SYSTEM_ACCESS = "-remote-allow-system-access"
_PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # The classic ones, which take place beside what is scrolled.
    "widget.gtk.overlay-scrollbars.enabled": False,
}


class Marionette:
    """A Firefox without a screen, and the connection to it."""

    def __init__(self, program: str) -> None:
        self._profile = Path(tempfile.mkdtemp(prefix="parley-firefox-"))
        port = free_port()
        written = {**_PREFERENCES, "marionette.port": port}.items()
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in written
        ]
        (self._profile / "user.js").write_text("".join(lines))
        self._process = subprocess.Popen(
            [program, "--headless", "--marionette", _SYSTEM_ACCESS, "--no-remote",
             "--profile", str(self._profile)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._socket = _connect(port)
        self._incoming = self._socket.makefile("rb")
        self._number = 0
        self._read()
        self._named("WebDriver:NewSession", {})

    def command(self, name: str, **values: Any) -> Any:
        """Give a command of WebDriver."""
        return self._named(f"WebDriver:{name}", values)

    def cut_off(self, offline: bool) -> None:
        """Switch the browser to offline, or back."""
        self._named("Marionette:SetContext", {"value": "chrome"})
        script = "Services.io.offline = arguments[0]"
        self.command("ExecuteScript", script=script, args=[offline])
        self._named("Marionette:SetContext", {"value": "content"})

    def close(self) -> None:
        """End Firefox."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(START_SECONDS)
        shutil.rmtree(self._profile, ignore_errors=True)

    def _named(self, name: str, values: dict[str, Any]) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, name, values]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _kind, _number, error, result = self._read()
        if error:
            raise RuntimeError(f"{name}: {error['message']}")
        # A command that gives one thing wraps it.
        return result["value"] if result and set(result) == {"value"} else result

    def _read(self) -> Any:
        length = b""
        while (digit := self._incoming.read(1)) not in (b":", b""):
            length += digit
        return json.loads(self._incoming.read(int(length)))


def _connect(port: int) -> socket.socket:
    last = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)


class Firefox(WebDriver):
    """Firefox, which a script can take the network from."""

    def __init__(self, program: str) -> None:
        self._marionette = Marionette(program)
        super().__init__("Firefox", self._marionette)

    def cut_off(self, offline: bool) -> bool:
        self._marionette.cut_off(offline)
        return True
