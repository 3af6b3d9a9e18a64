"""The most bytes that the body of a request may have, by its address and by who sends it.

Django reads the body of every request before it calls a view. In front of it, this table decides
from the address and the headers how much that may be.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO

from django.core.handlers.asgi import ASGIRequest

from chatsite.asgi_types import Application, Message, Receive, Send
from chatsite.request_body import BODY
from chatsite.websocket_user import session_key
from conversations.api import addresses
from conversations.api.auth import has_valid_key
from conversations.api.body import MOST_BYTES
from conversations.refusal import WITHHELD
from conversations.socket.session import session_and_user

# Of every form, and of everything that is sent by somebody whom the site does not know.
FORM_BYTES = 16 * 1024
MEGA = 1024 * 1024


async def _is_signed_in(scope: Message) -> bool:
    _session, user = await session_and_user(session_key(scope))
    return bool(user.is_authenticated)


async def _is_staff(scope: Message) -> bool:
    _session, user = await session_and_user(session_key(scope))
    return bool(user.is_staff)


async def _has_key(scope: Message) -> bool:
    return await has_valid_key(ASGIRequest(scope, BytesIO()))


@dataclass(frozen=True)
class Limit:
    """A number of bytes for those for whom `is_for` is true; FORM_BYTES for the others."""

    most: int
    is_for: Callable[[Message], Awaitable[bool]]


# Two thousand messages are chosen, and a hundred long strings are masked.
SHARE_DIALOG = Limit(4 * MEGA, _is_signed_in)
# A preset has instructions of 100,000 characters, each of up to nine bytes in a form. A file with
# users has 100,000 bytes, and three times as many when it is sent once more to confirm it.
ADMINISTRATION = Limit(MEGA, _is_staff)
COMPLETIONS = Limit(MOST_BYTES, _has_key)
BY_VIEW = {
    "api_chat_completions": COMPLETIONS,
    "share": SHARE_DIALOG,
    "share_preview": SHARE_DIALOG,
    "share_secrets": SHARE_DIALOG,
    "update_link": SHARE_DIALOG,
}


def limit_at(path: str) -> Limit | None:
    """The limit of an address if it is another than FORM_BYTES."""
    found = addresses.resolved(path)
    if found is None:
        return None
    is_administration = found.route.startswith("admin/")
    return ADMINISTRATION if is_administration else BY_VIEW.get(found.view_name)


class BodyLimits:
    """An ASGI application that withholds a body that is too large from the one behind it.

    That one sees a request without a body and with a note in its scope, and answers it in its own
    form: a page, or an error of the API. A body that says how large it is, is never asked for; one
    that does not is read up to the first byte too many.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on the request with as much of its body as it may have."""
        await self._application(scope, _BoundedBody(scope, receive).receive, send)


class _BoundedBody:
    """The body of one request."""

    def __init__(self, scope: Message, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._most = FORM_BYTES
        self._read = 0
        self._is_over = False

    async def receive(self) -> Message:
        """The next piece; after the last one, that the client has left."""
        if self._is_over:
            return await self._departure()
        if not await self._admits(_announced(self._scope)):
            return self._withheld()
        message = await self._piece()
        self._read += len(message.get("body", b""))
        if not await self._admits(self._read):
            return self._withheld()
        self._is_over = not message.get("more_body", False)
        return message

    async def _admits(self, size: int) -> bool:
        if size > self._most and (limit := limit_at(self._scope["path"])):
            # Asked only where it matters: each answer costs a look into the database.
            if size <= limit.most and not await limit.is_for(self._scope):
                return False
            self._most = limit.most
        return size <= self._most

    async def _piece(self) -> Message:
        # Only a server that stores no bodies has one in the scope (chatsite.request_body).
        body = self._scope.get(BODY)
        if body:
            body.wanted()
        message = await self._receive()
        if body:
            body.taken(len(message.get("body", b"")))
        return message

    def _withheld(self) -> Message:
        self._is_over = True
        self._scope[WITHHELD] = self._most
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _departure(self) -> Message:
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        return message


def _announced(scope: Message) -> int:
    """The length that the headers name; 0 if they name none."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0
