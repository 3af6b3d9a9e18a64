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


class StuckAnswers:
    """Running answers that never end, and are never stored."""

    is_busy = True
    is_shown_elsewhere = True

    def interrupt(self) -> None:
        """They do not hear it."""

    async def drain(self) -> None:
        """Never ends."""
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    port = parser.parse_args().port
    settings.configure(ROOT_URLCONF=__name__)
    threading.Thread(target=threading.Event().wait).start()
    Serving(
        application,
        host="127.0.0.1",
        port=port,
        on_listening=lambda _port: None,
        answers=StuckAnswers,
    ).run()
