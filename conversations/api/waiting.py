"""A stream that begins before its run does: while the run waits for its place, its client hears."""

import asyncio
import logging
from collections.abc import AsyncIterator

from conversations.api import run_reply
from conversations.api.error_bodies import api_error, counted, internal
from conversations.api.errors import ApiError
from conversations.api.formats import error_event, sign_of_life
from conversations.api.places import Wait
from conversations.api.reply import Reply, ReplyStream
from conversations.refusal import Refused
from conversations.upstream import InvalidField

logger = logging.getLogger(__name__)

# If a client leaves before its run has started, another request with the same Idempotency-Key has
# this long to join it before it is stopped.
ORPHAN_SECONDS = 0.1


async def starts_soon(starting: "asyncio.Future[Reply]") -> bool:
    """Wait for the start for as long as a client may hear nothing; False if that was too short."""
    await asyncio.wait({starting}, timeout=run_reply.FIRST_SECONDS)
    return starting.done()


def give_up(starting: "asyncio.Future[Reply]") -> None:
    """The client has left: end the wait, or the run if nobody else reads it."""
    starting.cancel()
    starting.add_done_callback(abandon_later)


def abandon_later(started: "asyncio.Future[Reply]") -> None:
    """Stop a run that has started for a client that has left, unless another joins it."""
    if not started.cancelled() and not started.exception():
        leave = started.result().abandon_if_unread
        asyncio.get_running_loop().call_later(ORPHAN_SECONDS, leave)


class WaitingStream:
    """Comments until the run starts or is refused, and then its reply, or the refusal as an event.

    The status was sent before either was known.
    """

    def __init__(self, starting: "asyncio.Future[Reply]", wait: Wait) -> None:
        self._starting = starting
        self._wait = wait
        self._stream: ReplyStream | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes as they come."""
        try:
            while not self._starting.done():
                yield sign_of_life(self._wait.place)
                await asyncio.wait({self._starting}, timeout=run_reply.PING_SECONDS)
            if error := self._refusal():
                yield error_event(error)
                return
            self._stream = self._starting.result().open_stream()
            async for piece in self._stream:
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Leave the reply. Django calls this also when nothing of the response was sent."""
        if self._stream:
            self._stream.leave()
        give_up(self._starting)

    def _refusal(self) -> ApiError | None:
        match error := self._starting.exception():
            case None:
                return None
            case ApiError() | InvalidField() | Refused():
                return counted(api_error(error))
        logger.error("A run could not start; its stream had begun.", exc_info=error)
        return counted(internal())
