"""Static files in front of Django.

WhiteNoise's own middleware is synchronous: in an ASGI chain it would put every request behind a
thread and read each file as a whole. Its file index, its headers and its choice of a compressed
variant are used here directly. Of the security headers a file has nosniff alone: it is no page, and
a content security policy would keep a worker from importing its modules.
"""

from typing import Any

from django.conf import settings
from whitenoise import WhiteNoise
from whitenoise.responders import Redirect, StaticFile

from chatsite.asgi_types import Application, Message, Receive, Send

CHUNK_BYTES = 64 * 1024
# Names hashed by the static storage, such as shared.0c1f2e3d4a5b.css, and those of the bundle, such
# as katex.ZJ5W4DML.js, never change their contents.
_HASHED_NAME = r"\.([0-9a-f]{12}|[0-9A-Z]{8})\."


class StaticFiles:
    """An ASGI application that serves STATIC_ROOT and passes on every other request."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._files = WhiteNoise(
            None,
            root=settings.STATIC_ROOT if settings.STATIC_ROOT.is_dir() else None,
            prefix=settings.STATIC_URL,
            allow_all_origins=False,
            immutable_file_test=_HASHED_NAME,
            add_headers_function=_add_nosniff,
        ).files

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve `scope` if it asks for a static file."""
        file = self._files.get(scope["path"]) if scope["type"] == "http" else None
        if file is None:
            await self._application(scope, receive, send)
        else:
            await _send_file(file, scope, send)


def _add_nosniff(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


async def _send_file(file: StaticFile | Redirect, scope: Message, send: Send) -> None:
    response = file.get_response(scope["method"], _environ(scope))
    await send(
        {
            "type": "http.response.start",
            "status": int(response.status),
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in response.headers
            ],
        }
    )
    if response.file is not None:
        # Read on the event loop: the files are in the page cache, and a read of 64 kB takes less
        # time than a hand-over to a thread.
        with response.file:
            while chunk := response.file.read(CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _environ(scope: Message) -> dict[str, str]:
    """The request headers under their CGI names, which WhiteNoise expects."""
    return {
        f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
        for name, value in scope["headers"]
    }
