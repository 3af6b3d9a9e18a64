"""Gives each request an id, for the log and for those who report something, and counts it."""

import re
import time
from functools import partial

from chatsite import log_context, metrics
from chatsite.asgi_types import Application, Message, Receive, Send

_HEADER = b"x-request-id"
_CONVERSATION = re.compile(r"/c/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


class RequestIds:
    """Passes on each request with an id in the lines of its log, and in a header of its reply."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on `scope`."""
        conversation = _CONVERSATION.match(scope["path"])
        log_context.add(
            request_id=log_context.new_request_id(),
            conversation_id=conversation and conversation[1],
        )
        if scope["type"] == "http":
            send = partial(_send, send, _kind_of(scope["path"]), time.monotonic())
        await self._application(scope, receive, send)


async def _send(send: Send, kind: str, began: float, message: Message) -> None:
    if message["type"] == "http.response.start":
        metrics.HTTP_REQUESTS.labels(kind, f"{message['status'] // 100}xx").inc()
        metrics.HTTP_SECONDS.labels(kind).observe(time.monotonic() - began)
        message = {**message, "headers": _with_id(message.get("headers", ()))}
    await send(message)


def _with_id(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with the id, which replies to programs have already."""
    if any(name.lower() == _HEADER for name, _value in headers):
        return headers
    return [*headers, (_HEADER, log_context.request_id().encode())]


def _kind_of(path: str) -> str:
    first = path.lstrip("/").partition("/")[0]
    return {"v1": "api", "admin": "admin", "s": "shared"}.get(first, "page")
