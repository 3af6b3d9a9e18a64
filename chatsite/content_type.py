"""The Content-Type of a request, reduced to what the site reads of it.

Its parameters say how a sender would like to be decoded, by any codec of Python's, and Django
follows them before a page can refuse anything. Here everything is UTF-8, and only forms with parts
need a parameter: their boundary.
"""

from django.utils.http import parse_header_parameters

from chatsite.asgi_types import Application, Message, Receive, Send

_NAME = b"content-type"


class PlainContentType:
    """An ASGI application that passes on requests whose Content-Type has a boundary at most."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on the request."""
        headers = [
            (name, plain(value) if name == _NAME else value) for name, value in scope["headers"]
        ]
        await self._application({**scope, "headers": headers}, receive, send)


def plain(value: bytes) -> bytes:
    """The media type, with the boundary if it has one; empty for what is none."""
    try:
        kind, parameters = parse_header_parameters(value.decode("latin-1"))
    except ValueError:
        return b""
    boundary = parameters.get("boundary", "")
    if boundary and not set(boundary) & {'"', "\\"}:
        kind += f'; boundary="{boundary}"'
    return kind.encode("latin-1", "replace")
