"""The session and the user of a websocket, from its cookie, and that the session is in use."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from conversations.accounts import sessions
from conversations.database.threads import in_thread
from conversations.generation.revocation import signed_in


async def session_and_user(session_key: str | None) -> tuple[Any, Any]:
    """The session with that key, and its user, who is anonymous if there is none.

    Channels' AuthMiddlewareStack looks them up on the one thread that it shares between all
    sockets, where a slow query would delay every connection.
    """
    return await in_thread(_look_up, session_key)


def _look_up(session_key: str | None) -> tuple[Any, Any]:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    user_id = store(session_key).get(SESSION_KEY)
    # Django's own look-up gives a session whose SECRET_KEY is a former one a new name, which a
    # handshake cannot tell the browser.
    user = signed_in(int(user_id), session_key) if session_key and user_id else None
    return store(session_key if user else None), user or AnonymousUser()


class SessionUse:
    """Notes every few minutes that the session of a page is used: its user does something there."""

    def __init__(self, session_key: str) -> None:
        self._session_key = session_key
        # By the request that loaded the page.
        self._noted_at = timezone.now()

    async def note(self) -> None:
        """Note it, if it was noted long enough ago."""
        if sessions.is_use_due(self._noted_at):
            self._noted_at = timezone.now()
            await in_thread(sessions.note_use, self._session_key)
