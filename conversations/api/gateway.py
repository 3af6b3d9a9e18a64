"""The middleware that answers every request below ``/v1``, in front of that for pages.

There is no cookie, no session, no CSRF token and no redirect here, and every error has the same
form.
"""

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.utils.log import log_response
from django.utils.translation import gettext as _

from chatsite import log_context
from conversations.api import addresses, headers
from conversations.api.error_bodies import api_error, counted, internal, unavailable
from conversations.api.errors import ApiError
from conversations.api.retry_advice import NO_RETRY
from conversations.api.wire import encode
from conversations.database.faults import is_unavailable
from conversations.refusal import Refused
from conversations.upstream import InvalidField

_refused_hosts = logging.getLogger("django.security.DisallowedHost")


@sync_and_async_middleware
def route_api_requests(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer API requests here, and pass on the requests for pages."""
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            return await (_response_to(request) if _is_ours(request) else get_response(request))

        return respond

    def respond_sync(request: HttpRequest) -> HttpResponseBase:
        return async_to_sync(_response_to)(request) if _is_ours(request) else get_response(request)

    return respond_sync


def _is_ours(request: HttpRequest) -> bool:
    return addresses.is_api(request.path_info) or addresses.is_astray(request)


async def _response_to(request: HttpRequest) -> HttpResponseBase:
    request_id = log_context.request_id()
    try:
        response = await _routed(request)
    except ApiError as error:
        response = error_response(counted(error))
    except Exception as error:  # noqa: BLE001 - every error becomes an API error here
        response = _failed(request, error)
    response.headers[headers.REQUEST_ID] = request_id
    if isinstance(response, HttpResponse) and response.status_code != 204:
        response.headers["Content-Length"] = str(len(response.content))
    headers.allow_origin(request, response)
    return response


async def _routed(request: HttpRequest) -> HttpResponseBase:
    request.get_host()  # raises for a host name that is not the site's
    preflight = headers.preflight_headers(request)
    if preflight is not None:
        return HttpResponse(status=204, headers=dict(preflight))
    if not addresses.is_api(request.path_info):
        raise addresses.nothing_at(request)
    view, arguments, named = addresses.view_at(request)
    response: HttpResponseBase = await view(request, *arguments, **named)
    return response


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """The response; a fault of the site is one line of the log, which Django writes otherwise."""
    failure = counted(_error(error))
    response = error_response(failure)
    if failure.status >= 500:
        line = ("%s: %s", response.reason_phrase, request.path)
        log_response(*line, response=response, request=request, exception=error)
    return response


def _error(error: Exception) -> ApiError:
    match error:
        case Refused() | InvalidField():
            return api_error(error)
        case DisallowedHost():
            # As a page's would be: chatsite.repeated_lines makes one line of many.
            _refused_hosts.error("%s", error, exc_info=error)
            text = _(
                "This site does not answer to that host name. Use its own address; its operator "
                "lists them in SITE_URL."
            )
            return ApiError(400, "unknown_host", text)
        case RequestDataTooBig():
            return ApiError(413, "too_large", _("The body is too large."), headers=NO_RETRY)
    return unavailable() if is_unavailable(error) else internal()


def error_response(error: ApiError) -> HttpResponse:
    """The response with the error's envelope, status and headers."""
    reply_headers = {"Cache-Control": "no-store", **error.headers}
    return HttpResponse(
        encode(error.envelope()),
        status=error.status,
        content_type="application/json",
        headers=reply_headers,
    )


def allow_methods(*methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a view to accept these methods only, and OPTIONS, which says which they are."""
    allowed = ", ".join((*methods, "OPTIONS"))

    def limited(view: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": allowed})
            if request.method not in methods:
                text = _("This address takes %(methods)s, not %(method)s.")
                values = {"methods": ", ".join(methods), "method": str(request.method)[:20]}
                raise ApiError(405, "method_not_allowed", text % values, headers={"Allow": allowed})
            return await view(request, *args, **kwargs)

        return answer

    return limited


def json_response(value: object) -> HttpResponse:
    """The response with the object as JSON."""
    no_store = {"Cache-Control": "no-store"}
    return HttpResponse(encode(value), content_type="application/json", headers=no_store)
