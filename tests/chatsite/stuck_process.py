"""A site whose database does not answer any more: neither its answers nor its threads end."""

import argparse
import asyncio
import threading
from typing import Any

from chatsite.serving import Serving


async def application(_scope: Any, _receive: Any, _send: Any) -> None:
    """Nobody asks it anything."""


async def drain() -> None:
    """Storing the running answers, which never ends."""
    threading.Thread(target=threading.Event().wait).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    port = parser.parse_args().port
    Serving(
        application, host="127.0.0.1", port=port, on_listening=lambda _port: None, drain=drain
    ).run()
