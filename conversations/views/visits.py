"""The middleware of sessions: notes that they are used, and says why one has ended."""

from collections.abc import Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from conversations.accounts import sessions
from conversations.accounts.sessions import SessionStore
from conversations.database.threads import in_thread
from conversations.models import SessionEnd

# The list of running answers in the administration, which is loaded every two seconds.
_POLLED = {"live_running"}


@sync_and_async_middleware
def note_visits(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Note the use of the session after a request, every few minutes."""
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            if _has_to_write(request, response):
                await in_thread(_write, request)
            return response

        return respond

    def respond_sync(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if _has_to_write(request, response):
            _write(request)
        return response

    return respond_sync


def _has_to_write(request: HttpRequest, response: HttpResponseBase) -> bool:
    # Only a redirect leads to a page that shows the reason.
    # A page that asks again and again by itself keeps no session alive.
    if request.resolver_match and request.resolver_match.url_name in _POLLED:
        return False
    has_ended = _store(request).ended and isinstance(response, HttpResponseRedirect)
    return bool(has_ended) or sessions.is_use_due(_store(request).last_seen_at)


def _write(request: HttpRequest) -> None:
    if ended := _store(request).ended:
        if reason := sessions.note_end(ended):
            messages.info(request, _sentence(reason))
    elif key := request.session.session_key:
        sessions.note_use(key)


def _store(request: HttpRequest) -> SessionStore:
    return cast("SessionStore", request.session)


def _sentence(reason: SessionEnd) -> str:
    if reason == SessionEnd.IDLE:
        why = _("You were signed out, because this browser was not used for %s.")
        time = sessions.idle_in_words()
    else:
        why = _("You were signed out, because you signed in more than %s ago.")
        time = sessions.age_in_words()
    kept = _("Your drafts are still in this browser.")
    return f"{why % time} {kept}"
