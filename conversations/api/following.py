"""Follows the reply of a run that this process does not have, by its record in the log."""

import asyncio
import contextvars
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from uuid import UUID

from conversations.api.completions import Claim, claimed, gone
from conversations.api.error_bodies import error_of, internal
from conversations.api.errors import ApiError
from conversations.api.formats import StreamFormat, error_event
from conversations.api.idempotency import abandoned, memory
from conversations.api.record import End, Head, Part, Piece
from conversations.api.reply import Reply
from conversations.api.retry_advice import NO_RETRY
from conversations.database.threads import in_thread, in_thread_with_retries
from conversations.generation.api_run import Ending
from conversations.generation.runner import runner
from conversations.models import ApiKey, Generation, IdempotencyClaim
from conversations.transcript import Failure, Finished

logger = logging.getLogger(__name__)

# Several times before the owner takes the client for gone.
RENEWAL_SECONDS = 3.0


async def join(api_key: ApiKey, claim: Claim) -> Reply | None:
    """The reply to the first request with the same claim; None if there was none."""
    generation_id = await in_thread(claimed, api_key, claim)
    return await follow(api_key, claim, generation_id) if generation_id else None


async def follow(api_key: ApiKey, claim: Claim, generation_id: UUID) -> Reply:
    """The reply of that generation, from its first byte on while it is written.

    Raises :class:`~conversations.refusal.Refused` if its record is gone, and :class:`ApiError` if
    all had left it or its process has died.
    """
    was_running = await in_thread(_note_and_look, generation_id)
    batches = _batches(generation_id, claim)
    first = await anext(batches, None)
    if first is None:
        raise await in_thread(_failure, generation_id) if was_running else gone()
    head, *rest = first
    if rest and isinstance(rest[-1], End) and rest[-1].was_abandoned:
        raise abandoned()
    if not isinstance(head, Head):
        raise internal()
    reply = Reply(head.content_type, head.headers, is_replayable=True)
    _Following(reply, generation_id, api_key.pk, claim).begin(rest, batches)
    return reply


class _Following:
    """The work of one followed reply: it is fed from the log, for as long as it is read."""

    def __init__(self, reply: Reply, generation_id: UUID, api_key_id: int, claim: Claim) -> None:
        self._reply = reply
        self._generation_id = generation_id
        self._place = (api_key_id, claim)
        reply.abandoned = self._end

    def begin(self, parts: list[Part], batches: AsyncIterator[list[Part]]) -> None:
        self._feeding = _spawn(self._feed(parts, batches))
        self._staying = _spawn(self._stay())

    def _end(self) -> None:
        """Follow no more: another request begins anew with what the log has."""
        memory().drop(*self._place, self._reply)
        self._feeding.cancel()
        self._staying.cancel()

    async def _feed(self, parts: list[Part], batches: AsyncIterator[list[Part]]) -> None:
        try:
            await self._write(parts)
            async for more in batches:
                await self._write(more)
            if not self._reply.is_over:
                self._break_off(await in_thread_with_retries(_failure, self._generation_id))
        except Exception:
            logger.exception("The reply of %s cannot be followed.", self._generation_id)
            self._break_off(internal())
        self._staying.cancel()
        memory().drop(*self._place, self._reply)

    async def _write(self, parts: list[Part]) -> None:
        for part in parts:
            if isinstance(part, Piece):
                self._reply.write(part.data)
            elif isinstance(part, End):
                last = part.last()
                self._reply.close(last.data, last.error)
        while self._reply.is_full:
            await self._reply.wait_for_room()

    def _break_off(self, error: ApiError) -> None:
        is_stream = self._reply.content_type == StreamFormat.content_type
        self._reply.close(error_event(error) if is_stream else b"", error)

    async def _stay(self) -> None:
        """Tell the owner that somebody reads its reply here."""
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            await in_thread_with_retries(_note_and_look, self._generation_id)


def is_followed(generation_id: UUID) -> bool:
    """True while clients of other processes read the reply of that generation."""
    return IdempotencyClaim.objects.filter(generation_id=generation_id).followed().exists()


def _note_and_look(generation_id: UUID) -> bool:
    """Note that a client reads it here; true while it runs."""
    IdempotencyClaim.objects.filter(generation_id=generation_id).follow()
    return Generation.objects.running().filter(pk=generation_id).exists()


async def _batches(generation_id: UUID, claim: Claim) -> AsyncIterator[list[Part]]:
    async for batch in runner().tails.follow(generation_id, 0):
        yield [claim.seal.open(payload) for payload in batch.payloads]


def _failure(generation_id: UUID) -> ApiError:
    """The error of a run whose record has no end: another process ended it."""
    ended = Generation.objects.get(pk=generation_id)
    failure = Failure(ended.error_code, ended.error_message)
    error = error_of(Ending(Finished(cause="interrupted", error=failure))) or internal()
    if IdempotencyClaim.objects.filter(generation_id=generation_id).exists():
        # What was made was charged, and the key stays with it.
        error.headers = {**error.headers, **NO_RETRY}
    return error


def _spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    # An empty context: that of a request would tie the task to the request's thread.
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())
