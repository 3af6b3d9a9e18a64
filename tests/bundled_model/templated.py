"""The bundled model's server with a chat template of its own: it calls tools, or reasons.

Run as `python -m tests.bundled_model.templated WEIGHTS TEMPLATE`; prints its address, and ends when
its standard input closes.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xllamacpp

from conversations.bundled_model.server import parameters
from conversations.bundled_model.supervisor import weights

TEMPLATES = Path(__file__).parent / "templates"
ROOT = Path(__file__).parent.parent.parent


@contextmanager
def templated_model(name: str) -> Iterator[str]:
    """The address of a server that renders conversations with this template."""
    command = [sys.executable, "-m", "tests.bundled_model.templated", str(weights()), name]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


def main() -> None:
    chosen = parameters(sys.argv[1])
    chosen.chat_template = (TEMPLATES / f"{sys.argv[2]}.jinja").read_text()
    server = xllamacpp.Server(chosen)
    print(server.listening_address, flush=True)  # noqa: T201 - it is this program's output
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
