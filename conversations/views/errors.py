"""Pages for requests that fail before their view, or in it."""

import sys

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.template import loader

from chatsite import log_context
from conversations.database.faults import UNAVAILABLE, is_unavailable

RETRY_SECONDS = 60


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error that nothing handled; 503 if the database cannot be used."""
    if not is_unavailable(sys.exc_info()[1]):
        return _page("500.html", 500, {"request_id": log_context.request_id()})
    response = _page("503.html", 503, {"unavailable": UNAVAILABLE})
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address where nothing is, or nothing of this user's.

    Django's own page looks for the token of a form in the body, which may be no form: the body of a
    request that is refused is not taken apart.
    """
    return _page("404.html", 404, {})


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for something that this account may not do; see :func:`not_found`."""
    return _page("403.html", 403, {})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that is refused; of a foreign host name it says what to set."""
    host = request.META.get("HTTP_HOST", "") if isinstance(exception, DisallowedHost) else ""
    return _page("400.html", 400, {"host": str(host)[:100], "site_url": settings.SITE_URL})


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without its token, or from another page; it names the cause if known."""
    has_origin = request.META.get("HTTP_ORIGIN", "null") != "null" or "HTTP_REFERER" in request.META
    context = {
        "no_origin": not has_origin,
        "no_cookie": settings.CSRF_COOKIE_NAME not in request.COOKIES,
        "plain_http": settings.SERVED_OVER_TLS and not request.is_secure(),
        "site_url": settings.SITE_URL,
    }
    text = loader.render_to_string("403_csrf.html", context, request)
    return HttpResponse(text, status=403)


def _page(template: str, status: int, context: dict[str, object]) -> HttpResponse:
    # Without the request: its user would be looked up, and its host name asked for once more.
    known = {"site_name": settings.SITE_NAME, **context}
    return HttpResponse(loader.render_to_string(template, known), status=status)
