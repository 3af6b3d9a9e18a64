"""The answers to programs that run at once: those of one user, and those of one key.

A request that finds no place free waits for one in line; the keys of a user take turns in theirs.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _

from chatsite import metrics
from conversations.api.checking import checked
from conversations.api.completions import ApiRequest
from conversations.api.errors import ApiError
from conversations.api.retry_advice import after_wait
from conversations.catalog.line import Arrival, Line, WaitedTooLong
from conversations.database.threads import in_thread
from conversations.quotas import concurrency

# A request is refused after it has waited this long, for the places here and for that of the
# model's provider: its client's time-out may be short, and it can try again.
PLACE_SECONDS = 10.0


@dataclass(eq=False)
class Wait:
    """The wait of one request: whether there is one, the place in the line, 0 out of it, and if the
    client has left."""

    is_needed: bool = False
    place: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell(self, place: int) -> None:
        """Note a place."""
        self.place = place


class ClientLeft(Exception):
    """The client has left while its request waited in line."""


class _Bound(NamedTuple):
    """A line that a request has to pass: its name, its number of places, its owner's in it."""

    name: tuple[str, int]
    most: int
    owner: tuple[int, ...] = ()


class Places:
    """The lines of the users and keys that have something running now."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], Line] = {}

    @property
    def waiting(self) -> int:
        """The number of requests that wait for a place."""
        return sum(line.waiting for line in list(self._lines.values()))

    async def take(self, api_request: ApiRequest, wait: Wait, until: float) -> ExitStack:
        """Wait for a place for one answer; closing the returned stack gives it back.

        ``until`` is a time of the loop's clock. Raises :class:`ApiError` if no place was free by
        then, and at once what the request would be refused for anyway; :class:`ClientLeft` if the
        client leaves.
        """
        bounds = _bounds(api_request)
        wait.is_needed = not all(self._line(each).has_room for each in bounds)
        if wait.is_needed:
            await in_thread(checked, api_request.key, api_request.body)
        with ExitStack() as taken:
            for bound in bounds:
                await self._enter(bound, Arrival(bound.owner, wait.left, until, wait.tell))
                taken.callback(partial(self._leave, bound))
            return taken.pop_all()

    async def _enter(self, bound: _Bound, arrival: Arrival) -> None:
        try:
            if not await self._line(bound).enter(arrival):
                raise ClientLeft
        except WaitedTooLong as waited:
            raise _refusal(waited.retry_after) from None
        finally:
            self._forget_empty(bound)

    def _leave(self, bound: _Bound) -> None:
        self._lines[bound.name].leave()
        self._forget_empty(bound)

    def _line(self, bound: _Bound) -> Line:
        line = self._lines.setdefault(bound.name, Line())
        line.most = bound.most
        return line

    def _forget_empty(self, bound: _Bound) -> None:
        if self._lines[bound.name].is_empty:
            del self._lines[bound.name]


def _bounds(api_request: ApiRequest) -> list[_Bound]:
    """The key's own bound first: its requests must not stand in the way of other keys'."""
    key = api_request.key
    of_user = _Bound(("user", key.user_id), api_request.most_at_once, (key.pk,))
    if key.answers_at_once is None:
        return [of_user]
    return [_Bound(("key", key.pk), key.answers_at_once), of_user]


def _refusal(retry_after: int) -> ApiError:
    text = _("%(why)s Try again in %(seconds)s s.")
    values = {"why": concurrency.programs_are_busy(), "seconds": retry_after}
    headers = after_wait(retry_after)
    return ApiError(
        429, "rate_limit_exceeded", text % values, type="rate_limit_error", headers=headers
    )


_places: WeakKeyDictionary[asyncio.AbstractEventLoop, Places] = WeakKeyDictionary()
metrics.API_WAITING.read_from(lambda: sum(each.waiting for each in list(_places.values())))


def places() -> Places:
    """The places of this event loop."""
    return _places.setdefault(asyncio.get_running_loop(), Places())
