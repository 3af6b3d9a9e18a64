"""The renderer of the conversation page for complete texts, in a process with V8.

The process is apart because V8 ends its process when it runs out of memory. It is started for the
first text, and again after a text took too much time or memory or a fault ended it.
"""

import atexit
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from chatsite import bundle

# Of a processor's time, for one text; 200 kB of formulas and code need less than one.
MOST_SECONDS = 3.0
# By the clock: the process is then stuck. A busy machine must not look like that.
PATIENCE_SECONDS = 60.0
_PROGRAM = Path(__file__).with_name("renderer_process.py")


class RenderingFailed(Exception):
    """A text took too much time or memory, or ended the process in another way."""


class NotRunning(RenderingFailed):
    """The process cannot be started, whatever the text is."""


class Renderer:
    """Calls functions of the script in the process, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of `static/js/markdown/server.js`. Raises :class:`RenderingFailed`."""
        with self._lock:
            if self._process and self._process.has_ended:
                # Ended while it waited, by the machine perhaps; the next text did nothing wrong.
                self._end()
            process = self._process = self._process or _started()
            try:
                return process.answer({"function": function, "arguments": arguments})
            except RenderingFailed:
                self._end()
                raise

    def stop(self) -> None:
        """End the process, unless it renders a text: it also ends when its input does."""
        if self._lock.acquire(blocking=False):
            self._end()
            self._lock.release()

    def _end(self) -> None:
        if self._process:
            self._process.end()
        self._process = None


class _Process:
    def __init__(self) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def has_ended(self) -> bool:
        return self._popen.poll() is not None

    def answer(self, request: dict[str, Any]) -> Any:
        patience = threading.Timer(PATIENCE_SECONDS, self._popen.kill)
        patience.daemon = True
        patience.start()
        try:
            return self._exchange({**request, "seconds": MOST_SECONDS})
        except (OSError, ValueError) as error:
            raise RenderingFailed("The process has ended.") from error
        finally:
            patience.cancel()

    def _exchange(self, request: dict[str, Any]) -> Any:
        requests, answers = self._popen.stdin, self._popen.stdout
        if not requests or not answers:
            raise BrokenPipeError
        requests.write(json.dumps(request).encode() + b"\n")
        requests.flush()
        return json.loads(answers.readline())

    def end(self) -> None:
        self._popen.kill()
        self._popen.communicate()


def _started() -> _Process:
    try:
        script = bundle.server_script("renderer")
        process = _Process()
    except (OSError, bundle.BundleFailed) as error:
        raise NotRunning(str(error)) from error
    try:
        process.answer({"script": script})
    except RenderingFailed as error:
        process.end()
        raise NotRunning("V8 does not start.") from error
    return process


renderer = Renderer()
atexit.register(renderer.stop)
