"""The gateway's yardstick: daphne and the upstream client, as the site has them, and nothing else.

    python -m tests.bench.bare_gateway --upstream http://127.0.0.1:40001/v1 --port 20001

Each event of the upstream is passed on as it came. Nothing is read, counted, checked or stored.
"""

import argparse
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import httpx

from chatsite.server import Server
from conversations.upstream import AddressPolicy
from conversations.upstream.transport import open_transport


class Relay:
    """An ASGI application that asks the upstream what it was asked."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on the body, and then what comes back."""
        if self._client is None:
            transport = open_transport(proxy=None, policy=AddressPolicy())
            self._client = httpx.AsyncClient(transport=transport, timeout=None)
        body = (await receive())["body"]
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        address = f"{self._upstream}/chat/completions"
        async with self._client.stream("POST", address, content=body) as answer:
            async for data in answer.aiter_raw():
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def main() -> None:
    """Serve until the process is ended."""
    import django

    django.setup()
    parser = argparse.ArgumentParser(description="Passes an upstream's stream on.")
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    Server(
        Relay(asked.upstream), host="127.0.0.1", port=asked.port, on_listening=lambda _port: None
    ).run()


if __name__ == "__main__":
    main()
