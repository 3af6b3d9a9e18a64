"""The user of a websocket, from the session in its cookie."""

from django.conf import settings
from django.http import parse_cookie

from chatsite.asgi_types import Application, Message, Receive, Send
from conversations.socket.session import session_and_user


class SessionUser:
    """Adds `session` and `user` to the scope of a handshake."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a handshake with its user, who may be anonymous."""
        session, user = await session_and_user(session_key(scope))
        await self._application({**scope, "session": session, "user": user}, receive, send)


def session_key(scope: Message) -> str | None:
    """The key of the session in the cookies of a request or a handshake."""
    cookies = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    return parse_cookie("; ".join(cookies)).get(settings.SESSION_COOKIE_NAME)
