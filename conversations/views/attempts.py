"""The middleware of attempts to sign in: the page for too many, and the cookie of known devices."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

from conversations.accounts import guessing, known_devices
from conversations.throttle import Throttle, TooManyAttempts

View = Callable[..., Any]


def limited(limit: Throttle, view: View) -> View:
    """The view, which a network may send a form to only as often as ``limit`` permits."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            guessing.count_form(request, limit)
        return view(request, *args, **kwargs)

    return counted


def counting_misses(view: View) -> View:
    """The view of a secret address: after many that do not exist it answers nothing for a while."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        guessing.refuse_many_misses(request)
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            guessing.count_miss(request)
            raise
        if response.status_code == 404:
            guessing.count_miss(request)
        return response

    return counted


@sync_and_async_middleware
def answer_attempts(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer 429 where :class:`TooManyAttempts` was raised or told in a form."""
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            return _completed(request, await get_response(request))
    else:

        def respond(request: HttpRequest) -> HttpResponseBase:  # type: ignore[misc]
            return _completed(request, get_response(request))

    respond.process_exception = _refused  # type: ignore[attr-defined]
    return respond


def _refused(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    if not isinstance(exception, TooManyAttempts):
        return None
    request.wait_seconds = exception.seconds  # type: ignore[attr-defined]
    return render(request, "429.html", {"time": exception.wait}, status=429)


def _completed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    known_devices.write_cookie(request, response)
    seconds = getattr(request, "wait_seconds", 0)
    # Some of allauth's pages show the error on the next page.
    if seconds and response.status_code in {200, 429}:
        response.status_code = 429
        response.headers["Retry-After"] = str(seconds)
    return response
