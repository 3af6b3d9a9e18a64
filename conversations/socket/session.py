"""The session and the user of a websocket, from its cookie."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from conversations.database.threads import in_thread


async def session_and_user(session_key: str | None) -> tuple[Any, Any]:
    """The session with that key, and its user, who is anonymous if there is none.

    Channels' AuthMiddlewareStack looks them up on the one thread that it shares between all
    sockets, where a slow query would delay every connection.
    """
    return await in_thread(_look_up, session_key)


def _look_up(session_key: str | None) -> tuple[Any, Any]:
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    # Django compares the session's hash with that of the password.
    return request.session, get_user(request)
