"""What every page answered by Django carries."""

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def private_pages(get_response):
    """Keep answers out of every cache unless a view says otherwise.

    Pages show one person's conversations; a shared cache, or the back button after sign-out,
    must not show them to the next. Static files do not pass here.
    """
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            return _marked_private(await get_response(request))

    else:

        def middleware(request: HttpRequest) -> HttpResponseBase:
            return _marked_private(get_response(request))

    return middleware


def _marked_private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
