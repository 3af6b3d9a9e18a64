"""The yardstick: daphne and the upstream client, as the site has them, and nothing else.

    python -m tests.bench.streams.bare UPSTREAM PORT

What the upstream sends is passed on as it came, over a websocket or as the body of a reply.
Nothing is read, counted, checked or stored.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import httpx

from chatsite.server import Server
from conversations.upstream import AddressPolicy
from conversations.upstream.transport import open_transport


class Relay:
    """An ASGI application that asks the upstream what it was asked."""

    def __init__(self, upstream: str) -> None:
        self._address = f"{upstream}/chat/completions"
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Relay one connection."""
        if scope["type"] == "websocket":
            await self._relay_frames(receive, send)
        else:
            await self._relay_reply(receive, send)

    async def _relay_frames(self, receive: Any, send: Any) -> None:
        answers: set[asyncio.Task[None]] = set()
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            else:
                answers.add(asyncio.create_task(self._answer(message["text"], send)))

    async def _answer(self, prompt: str, send: Any) -> None:
        asked = {
            "model": "paced",
            "stream": True,
            "messages": [{"role": "user", "content": prompt}],
        }
        async for data in self._asked(json.dumps(asked).encode()):
            await send({"type": "websocket.send", "text": data.decode()})

    async def _relay_reply(self, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for data in self._asked(body):
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _asked(self, body: bytes) -> AsyncIterator[bytes]:
        if self._client is None:
            transport = open_transport(proxy=None, policy=AddressPolicy())
            self._client = httpx.AsyncClient(transport=transport, timeout=None)
        async with self._client.stream("POST", self._address, content=body) as answer:
            async for data in answer.aiter_raw():
                yield data


def main(upstream: str, port: int) -> None:
    """Serve until the process is ended."""
    import django

    django.setup()
    Server(Relay(upstream), host="127.0.0.1", port=port, on_listening=lambda _port: None).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
