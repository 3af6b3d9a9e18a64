"""Idempotency-Key: requests with the same key and body are made once in 24 hours.

The claim is a row. The reply is content: all processes have its sealed record until some minutes
after its end, and the one that writes it has it in memory. After that the key is known but its
reply is gone.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from django.utils.translation import gettext as _

from conversations.api.completions import Claim, reused
from conversations.api.errors import ApiError
from conversations.api.record import Seal
from conversations.api.reply import Reply
from conversations.api.retry_advice import NO_RETRY

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


@dataclass(eq=False)
class _Known:
    body_hash: str
    task: asyncio.Task[Reply]


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
    """The replies that this process writes or follows just now, for requests that come again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], _Known] = {}

    async def reply(
        self, api_key_id: int, claim: Claim, begin: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The reply to the first request with this claim here, or a new one from ``begin``.

        The claim is looked up before anything is awaited, so that of simultaneous requests only
        one starts a run.
        """
        place = (api_key_id, claim.key_hash)
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
        """Forget a reply at its end: another request reads its record."""
        place = (api_key_id, claim.key_hash)
        known = self._known.get(place)
        if known and known.task.done() and known.task.result() is reply:
            del self._known[place]

    def _begun(self, place: tuple[int, str], task: asyncio.Task[Reply]) -> None:
        if task.cancelled() or task.exception():
            self._known.pop(place, None)


def abandoned() -> ApiError:
    """The error for a repeated request whose first one was left."""
    text = _(
        "The first request with this Idempotency-Key was left by its client before it was "
        "answered. What was made was charged. Use a new key to ask again."
    )
    return ApiError(409, "idempotent_answer_gone", text, headers=NO_RETRY)


_memories: WeakKeyDictionary[asyncio.AbstractEventLoop, Memory] = WeakKeyDictionary()


def memory() -> Memory:
    """The memory of this event loop."""
    return _memories.setdefault(asyncio.get_running_loop(), Memory())
