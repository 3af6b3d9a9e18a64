"""Storage of replies, for models whose administrator stores API requests and replies."""

import asyncio
from concurrent.futures import Future
from uuid import UUID

from conversations.api import wire
from conversations.api.completions import store_reply
from conversations.api.errors import ApiError
from conversations.api.formats import Format, JsonFormat
from conversations.database.threads import in_thread_with_retries
from conversations.upstream import Chunk


class StoringFormat:
    """A format that also stores the whole reply at its end, complete or not."""

    def __init__(self, body_format: Format, whole: JsonFormat, generation_id: UUID) -> None:
        self.content_type = body_format.content_type
        self.takes_comments = body_format.takes_comments
        self._format = body_format
        self._whole = whole
        self._generation_id = generation_id
        self._loop = asyncio.get_running_loop()
        self._storing: Future[None] | None = None

    def write_chunk(self, chunk: Chunk) -> bytes:
        """Encode the chunk, and add it to the stored reply."""
        self._whole.write_chunk(chunk)
        return self._format.write_chunk(chunk)

    def write_end(self, finish_reasons: dict[int, str], usage: wire.Usage) -> bytes:
        """Encode the end, and store the reply."""
        self._store(self._whole.write_end(finish_reasons, usage))
        return self._format.write_end(finish_reasons, usage)

    def write_error(self, error: ApiError) -> bytes:
        """Encode the error, and store the reply so far with it."""
        partial = {"choices": self._whole.choices({}), **error.envelope()}
        self._store(wire.encode(partial))
        return self._format.write_error(error)

    def _store(self, reply: bytes) -> None:
        work = in_thread_with_retries(store_reply, self._generation_id, reply.decode())
        # The end is encoded on the loop or on a thread.
        self._storing = asyncio.run_coroutine_threadsafe(work, self._loop)
