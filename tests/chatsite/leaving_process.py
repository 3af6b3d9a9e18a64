"""A site that says how long each body was. Run as a process of its own."""

import argparse
from typing import Any

from django.conf import settings

from chatsite import open_files
from chatsite.serving import Serving

# It has no pages; a server loads all that there are before it begins.
urlpatterns: list[object] = []


class NoAnswers:
    """Nothing runs."""

    is_busy = False
    is_shown_elsewhere = True

    def interrupt(self) -> None:
        """There is nothing to interrupt."""

    async def drain(self) -> None:
        """There is nothing to store."""


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the length of the body."""
    assert scope["type"] == "http"
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    port = parser.parse_args().port
    open_files.raise_limit()
    settings.configure(ROOT_URLCONF=__name__, TRUSTED_PROXIES=0)
    Serving(
        application,
        host="127.0.0.1",
        port=port,
        on_listening=lambda _port: None,
        answers=NoAnswers,
    ).run()
