"""The origin of the request that is being handled: its client's address and program."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from conversations.models import address_in

USER_AGENT_CHARACTERS = 200


@dataclass(frozen=True)
class Origin:
    """The address and the User-Agent of a client, where they are known."""

    address: str = ""
    user_agent: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Origin":
        """The origin of a request, without what is no address and without control characters."""
        sent = request.META.get("HTTP_USER_AGENT", "")
        return cls(
            address=address_in(request.META.get("REMOTE_ADDR") or ""),
            user_agent="".join(filter(str.isprintable, sent))[:USER_AGENT_CHARACTERS],
        )


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current_origin() -> Origin | None:
    """The origin of the request that is being handled; None for a command."""
    return _origin.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Make ``origin`` the current one inside the block."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


@sync_and_async_middleware
def remember_origin(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Make the origin of each request known to all that is called for it, on any thread."""
    if iscoroutinefunction(get_response):

        async def respond(request: HttpRequest) -> HttpResponseBase:
            with coming_from(Origin.of(request)):
                response: HttpResponseBase = await get_response(request)
                return response

        return respond

    def respond_sync(request: HttpRequest) -> HttpResponseBase:
        with coming_from(Origin.of(request)):
            response: HttpResponseBase = get_response(request)
            return response

    return respond_sync
