"""The caching header of every page that Django answers."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def private_pages(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Forbid caching of every response whose view does not set Cache-Control itself.

    Pages show one user's conversations; a shared cache, or the back button after sign-out, must
    not show them to somebody else. Static files do not pass through here.
    """
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            return _marked_private(await get_response(request))

        return respond

    def respond_sync(request: HttpRequest) -> HttpResponseBase:
        return _marked_private(get_response(request))

    return respond_sync


def _marked_private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
