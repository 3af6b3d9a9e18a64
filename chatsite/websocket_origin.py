"""The origin check of the websocket: a handshake must come from a page of this site."""

import logging

from django.conf import settings

from chatsite.asgi_types import Application, Message, Receive, Send
from chatsite.origins import origin

logger = logging.getLogger(__name__)


class SameOrigin:
    """Refuses a handshake unless its Origin equals one of the site's in scheme, host and port.

    Browsers send cookies with a handshake from any page, so only Origin distinguishes our pages.
    It is compared with SITE_URL and not with ALLOWED_HOSTS, which has neither scheme nor port; a
    missing Origin, or `null`, is refused.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a handshake from our own page; close any other."""
        if _origin_of(scope) in settings.SITE_ORIGINS:
            await self._application(scope, receive, send)
        else:
            _log_refusal(scope)
            # Before `accept` no code reaches the client: the server answers 403.
            await send({"type": "websocket.close"})


def _log_refusal(scope: Message) -> None:
    page = _origin_of(scope) or "unknown origin"
    logger.warning(
        "A websocket from a page of %s was refused: that is not in SITE_URL (%s).",
        page,
        ", ".join(settings.SITE_ORIGINS),
        extra={"once": f"websocket {page}"},
    )


def _origin_of(scope: Message) -> str | None:
    values = [value for name, value in scope["headers"] if name == b"origin"]
    if len(values) != 1:
        return None
    try:
        return origin(values[0].decode("ascii"))
    except ValueError:
        return None
