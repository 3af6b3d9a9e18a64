"""The address of the websocket, asked for without one.

A proxy that does not pass on the request to upgrade makes such a request of each handshake, and
the page asks in this way what keeps it from a connection (static/js/connection/obstacle.js).
"""

import logging
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

logger = logging.getLogger(__name__)

LOG_SECONDS = 3600
_logged: list[float] = []

PLAIN = "text/plain; charset=utf-8"


@never_cache
async def upgrade_required(request: HttpRequest) -> HttpResponse:
    """426 for a page that could have had a websocket; 401 and 403 for one that could not.

    A page at another address than the site's says so in `origin`: it is refused each websocket.
    """
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponse("Sign in first.\n", status=401, content_type=PLAIN)
    if request.GET.get("origin", settings.SITE_ORIGINS[0]) not in settings.SITE_ORIGINS:
        text = "SITE_URL does not have the address of this page.\n"
        return HttpResponse(text, status=403, content_type=PLAIN)
    _log()
    text = (
        "This is the address of the websocket. A proxy in front of the site has to pass on the "
        "headers Upgrade and Connection.\n"
    )
    headers = {"Upgrade": "websocket"}
    return HttpResponse(text, status=426, content_type=PLAIN, headers=headers)


def _log() -> None:
    now = time.monotonic()
    if not _logged or now - _logged[-1] > LOG_SECONDS:
        _logged[:] = [now]
        logger.warning(
            "A page reached /ws/ without a websocket. If pages say that they have no live "
            "connection, a proxy does not pass on the headers Upgrade and Connection: "
            "docs/deploy.md, “Behind a reverse proxy”."
        )
