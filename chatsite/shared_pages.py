"""Shared pages in front of Django's middleware, for readers without a cookie.

Most readers of a link have none: no session, no chosen language and no form to protect. Django's
middleware would hand each request to a thread a dozen times, nine tenths of the time of a page.
"""

import re
from functools import partial
from io import BytesIO
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpResponse
from django.utils import translation

from chatsite.asgi_types import Application, Message, Receive, Send
from conversations.views.shared import shared

_ADDRESS = re.compile(r"/s/([^/]+)/")
_METHODS = {"GET", "HEAD"}


class SharedPages:
    """An ASGI application that answers the pages of links and passes on everything else."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request for the page of a link without a cookie."""
        address = _ADDRESS.fullmatch(scope["path"]) if _is_plain(scope) else None
        request = ASGIRequest(scope, BytesIO()) if address else None
        if address is None or request is None or not _has_known_host(request):
            await self._application(scope, receive, send)
            return
        with translation.override(translation.get_language_from_request(request)):
            # As Django does: an error that nothing handled becomes its page.
            answer: Any = convert_exception_to_response(partial(shared, token=address[1]))
            response = await answer(request)
        await _send(response, send, has_body=scope["method"] == "GET")


def _is_plain(scope: Message) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in _METHODS
        and not any(name == b"cookie" for name, _value in scope["headers"])
    )


def _has_known_host(request: ASGIRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False  # Django answers it with an error page.
    return True


async def _send(response: HttpResponse, send: Send, *, has_body: bool) -> None:
    headers = {**response.headers, "Content-Length": len(response.content)}
    cookies = [("Set-Cookie", each.OutputString()) for each in response.cookies.values()]
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": [
                (name.lower().encode("latin-1"), str(value).encode("latin-1"))
                for name, value in (*headers.items(), *cookies)
            ],
        }
    )
    await send({"type": "http.response.body", "body": response.content if has_body else b""})
