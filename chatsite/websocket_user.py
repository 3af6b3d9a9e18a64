"""Whose a websocket is: the session that its cookie names, and the person of that session."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from chatsite.asgi_types import Application, Message, Receive, Send
from conversations.database.threads import in_thread


class SessionUser:
    """Adds `session` and `user` to the scope of a handshake.

    As Channels' AuthMiddlewareStack does, but not on the one thread that it shares between all
    sockets: a slow query there would keep everybody from connecting.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a handshake with whoever makes it, anonymous or not."""
        request = await in_thread(_request_of, _session_key(scope))
        known = {"session": request.session, "user": request.user}
        await self._application({**scope, **known}, receive, send)


def _session_key(scope: Message) -> str | None:
    cookies = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    return parse_cookie("; ".join(cookies)).get(settings.SESSION_COOKIE_NAME)


def _request_of(session_key: str | None) -> Any:
    """A request with its session and its user; Django verifies the session's hash."""
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    request.user = get_user(request)
    return request
