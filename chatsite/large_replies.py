"""The replies with the texts of a conversation: a few of a session are made and sent at a time."""

import asyncio
from weakref import WeakValueDictionary

from chatsite.asgi_types import Application, Message, Receive, Send
from chatsite.websocket_user import session_key

# Two messages of several MB fit into one reply, which is in memory until its client has read it.
MOST_AT_ONCE = 4


class FewAtOnce:
    """Lets the next request for a conversation wait until an earlier one of its session is sent.

    One that waits costs nothing yet. A client that does not read keeps its place for 30 s at most,
    and delays only itself: it is disconnected then.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a request, in its turn if it reads a conversation."""
        session = session_key(scope) if scope["path"].startswith("/c/") else None
        if session is None:
            return await self._application(scope, receive, send)
        async with self._places.setdefault(session, asyncio.Semaphore(MOST_AT_ONCE)):
            await self._application(scope, receive, send)
        return None
