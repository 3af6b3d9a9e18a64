"""The reply of a run in this process: its chunks in a format, and a comment in every silence."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from conversations.api.error_bodies import error_of, internal
from conversations.api.errors import ApiError
from conversations.api.formats import Format, sign_of_life
from conversations.api.record import Last, Record, Seal
from conversations.api.reply import Reply
from conversations.api.wire import usage_of
from conversations.generation.api_run import Ending
from conversations.upstream import Chunk

# A client hears something within five seconds, and then every ten: half a second and a second are
# for the way and for a busy machine. Until the first of them an error decides the status.
FIRST_SECONDS = 4.5
PING_SECONDS = 9.0
# The pause between two looks whether clients of other processes still read a reply.
FOLLOWED_SECONDS = 1.0


class RunReply(Reply):
    """The listener of one run: encodes its chunks, and buffers them for the streams.

    With a ``seal`` it has a record in the log, so that it can be read again. ``is_followed`` says
    whether clients of other processes read that: a run goes on for them. What is in ``at_end`` is
    called when the run has ended.

    In a silence the format's comment is written, so that no proxy takes a model that thinks for a
    dead connection. The first one, FIRST_SECONDS after ``arrived`` (the loop's time), starts the
    reply. Comments are bytes of the reply like all others: a repeated request reads the same.
    """

    def __init__(
        self,
        body_format: Format,
        headers: Mapping[str, str] | None = None,
        *,
        seal: Seal | None = None,
        arrived: float | None = None,
    ) -> None:
        super().__init__(body_format.content_type, headers or {}, is_replayable=seal is not None)
        self.record = Record(seal, self.content_type, self.headers, self._last) if seal else None
        self.is_followed: Callable[[], Awaitable[bool]] | None = None
        self.at_end: list[Callable[[], object]] = []
        self._format = body_format
        self._end: Last | None = None
        self._place = 0
        self._looking: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._due = (self._loop.time() if arrived is None else arrived) + FIRST_SECONDS
        takes_comments = body_format.takes_comments
        self._timer = self._loop.call_at(self._due, self._tick) if takes_comments else None

    def receive(self, chunk: Chunk) -> None:
        """Write the next chunk."""
        if written := self._format.write_chunk(chunk):
            self.write(written)

    def wait(self, place: int) -> None:
        """Note the place of its run in the line before the provider, 0 out of it."""
        self._place = place

    def write(self, written: bytes) -> None:
        """Add bytes, to the record too."""
        super().write(written)
        self._due = self._loop.time() + PING_SECONDS
        if self.record:
            self.record.add(written)

    def end(self, ending: Ending) -> None:
        """Write the end."""
        if self._timer:
            self._timer.cancel()
        last = self._last(ending)
        self.close(last.data, last.error)
        for call in self.at_end:
            call()

    def abandon_if_unread(self) -> None:
        """End the run unless a stream is open, here or in another process."""
        if self.is_read or self.is_over or self._looking:
            return
        if self.is_followed is None:
            self.abandon()
        else:
            self._looking = asyncio.ensure_future(self._abandon_unless_followed(self.is_followed))

    async def _abandon_unless_followed(self, is_followed: Callable[[], Awaitable[bool]]) -> None:
        while await is_followed():
            await asyncio.sleep(FOLLOWED_SECONDS)
            if self.is_read or self.is_over:
                break
        self._looking = None
        if not self.is_read and not self.is_over:
            self.abandon()

    def _last(self, ending: Ending) -> Last:
        """The end, encoded once: a format is at its end after that."""
        if self._end is None:
            self._end = self._encoded(ending)
        return self._end

    def _encoded(self, ending: Ending) -> Last:
        error, used = error_of(ending), ending.used
        if error or used is None:
            return self._failed(error or internal())
        reasons = {int(number): reason for number, reason in ending.last.finish_reasons.items()}
        usage = usage_of((used.prompt_tokens, used.completion_tokens), ending.usage)
        return Last(self._format.write_end(reasons, usage))

    def _failed(self, error: ApiError) -> Last:
        return Last(self._format.write_error(error), error, was_abandoned=self.was_abandoned)

    def _tick(self) -> None:
        if self.record and self.record.is_closed:
            # The end is being stored: a comment would be read by those alone who read it now.
            return
        if self._loop.time() >= self._due:
            self.write(sign_of_life(self._place))
        self._timer = self._loop.call_at(self._due, self._tick)
