"""Idempotency-Key: requests with the same key and body get the first one's reply, for 24 hours.

The claim is a row. The reply is content: the process that made it has it in memory, within bounds,
and all of them have its sealed record until some minutes after its end. After that the key is
known but its reply is gone.
"""

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _

from conversations.api.completions import Claim, reused
from conversations.api.errors import ApiError
from conversations.api.record import Seal
from conversations.api.reply import Reply
from conversations.api.retry_advice import NO_RETRY
from conversations.models import CLAIM_HOURS, ApiKey

# The maximum of all stored replies together, across keys and users.
MOST_BYTES = 64 * 1024 * 1024
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


@dataclass(eq=False)
class _Known:
    body_hash: str
    task: asyncio.Task[Reply]
    since: float = field(default_factory=time.monotonic)


def claim_of(api_key: str, key: str, body: Mapping[str, Any]) -> Claim | None:
    """The claim of a request with that header; None without it. Raises :class:`ApiError`.

    ``api_key`` is the key itself.
    """
    if not key:
        return None
    if not _KEY.fullmatch(key):
        text = _("The Idempotency-Key must be 1 to 255 printable ASCII characters.")
        raise ApiError(400, "invalid_idempotency_key", text)
    canonical = msgspec.json.encode(body, order="deterministic")
    key_hash, body_hash = (hashlib.sha256(part).hexdigest() for part in (key.encode(), canonical))
    return Claim(key_hash, body_hash, Seal(api_key, key))


class Memory:
    """The replies of this process that a repeated request may get, oldest first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], _Known] = OrderedDict()

    async def reply(
        self, api_key_id: int, claim: Claim, begin: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The reply to the first request with this claim here, or a new one from ``begin``.

        The claim is looked up before anything is awaited, so that of simultaneous requests only
        one starts a run.
        """
        place = (api_key_id, claim.key_hash)
        self._make_room()
        known = self._known.get(place)
        if known is None or (known.task.done() and not known.task.result().is_whole):
            known = _Known(claim.body_hash, asyncio.ensure_future(begin()))
            self._known[place] = known
            known.task.add_done_callback(lambda task: self._begun(place, task))
        elif known.body_hash != claim.body_hash:
            raise reused()
        reply = await asyncio.shield(known.task)
        if reply.was_abandoned:
            raise abandoned()
        return reply

    def drop(self, api_key_id: int, claim: Claim, reply: Reply) -> None:
        """Forget a reply that no other request may get."""
        place = (api_key_id, claim.key_hash)
        known = self._known.get(place)
        if known and known.task.done() and known.task.result() is reply:
            del self._known[place]

    def forget(self, api_key_id: int) -> None:
        """Drop the replies to an API key that was erased: they are content of its user."""
        for place in list(self._known):
            if place[0] == api_key_id:
                self._known.pop(place, None)

    def _begun(self, place: tuple[int, str], task: asyncio.Task[Reply]) -> None:
        if task.cancelled() or task.exception():
            self._known.pop(place, None)

    def _make_room(self) -> None:
        """Drop expired replies, then the oldest ones until the rest fits."""
        outdated = time.monotonic() - CLAIM_HOURS * 3600
        sizes = {place: _size(known) for place, known in self._known.items()}
        total = sum(sizes.values())
        for place, known in list(self._known.items()):
            if total <= MOST_BYTES and known.since > outdated:
                return
            if _is_over(known):
                total -= sizes[place]
                del self._known[place]


def abandoned() -> ApiError:
    """The error for a repeated request whose first one was left."""
    text = _(
        "The first request with this Idempotency-Key was left by its client before it was "
        "answered. What was made was charged. Use a new key to ask again."
    )
    return ApiError(409, "idempotent_answer_gone", text, headers=NO_RETRY)


def _is_over(known: _Known) -> bool:
    return known.task.done() and known.task.result().is_over


def _size(known: _Known) -> int:
    return known.task.result().size if known.task.done() else 0


_memories: WeakKeyDictionary[asyncio.AbstractEventLoop, Memory] = WeakKeyDictionary()


def memory() -> Memory:
    """The memory of this event loop."""
    return _memories.setdefault(asyncio.get_running_loop(), Memory())


@receiver(post_delete, sender=ApiKey)
def _forget_replies(instance: ApiKey, **_rest: object) -> None:
    for each in list(_memories.values()):
        each.forget(instance.pk)
