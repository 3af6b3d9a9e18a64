"""What every page answered by Django carries."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def private_pages(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Keep answers out of every cache unless a view says otherwise.

    Pages show one person's conversations; a shared cache, or the back button after sign-out,
    must not show them to the next. Static files do not pass here.
    """
    if iscoroutinefunction(get_response):

        async def answer(request: HttpRequest) -> HttpResponseBase:
            return _marked_private(await get_response(request))

        return answer

    def answer_at_once(request: HttpRequest) -> HttpResponseBase:
        return _marked_private(get_response(request))

    return answer_at_once


def _marked_private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
