"""A site whose database does not answer any more: neither its answers nor its threads end."""

import argparse
import asyncio
import threading
from typing import Any

from django.conf import settings

from chatsite.serving import Serving

# It has no pages; a server loads all that there are before it begins.
urlpatterns: list[object] = []


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
    settings.configure(ROOT_URLCONF=__name__)
    Serving(
        application, host="127.0.0.1", port=port, on_listening=lambda _port: None, drain=drain
    ).run()
