"""Every page gets a caching header, an answer to a large body, an origin for its forms."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from conversations.views.too_large import refused_body


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


@sync_and_async_middleware
def refuse_large_bodies(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer a request whose body was withheld (chatsite.body_limits) or has too many fields, and
    not for what its form lacks then."""
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            refusal: HttpResponseBase | None = await refused_body(request)
            return refusal or await get_response(request)

        return respond
    # Without a scope there is nothing that would have withheld it.
    return get_response


@sync_and_async_middleware
def origin_of_own_pages(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Give a request from a page of this site the Origin that the browser has left out.

    Where a proxy or an extension adds `Referrer-Policy: no-referrer`, forms are sent with the
    Origin `null` and no Referer, and Django would refuse each, the sign-in first. No page can set
    Sec-Fetch-Site itself, and another site's page has another value there (Fetch Metadata, 2.3).
    """
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            _restore_origin(request)
            response: HttpResponseBase = await get_response(request)
            return response

        return respond

    def respond_sync(request: HttpRequest) -> HttpResponseBase:
        _restore_origin(request)
        response: HttpResponseBase = get_response(request)
        return response

    return respond_sync


def _restore_origin(request: HttpRequest) -> None:
    is_ours = request.META.get("HTTP_SEC_FETCH_SITE") == "same-origin"
    if is_ours and request.META.get("HTTP_ORIGIN", "null") == "null":
        request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
