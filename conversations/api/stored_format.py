"""Answers of models whose administrator keeps what programs ask and are answered."""

import asyncio
from uuid import UUID

from conversations.api import wire
from conversations.api.completions import store_reply
from conversations.api.errors import ApiError
from conversations.api.formats import Format, JsonFormat
from conversations.database.threads import insist
from conversations.upstream import Chunk


class StoringFormat:
    """A form that also writes the whole answer down when it ends, complete or not."""

    def __init__(self, body_format: Format, whole: JsonFormat, generation_id: UUID) -> None:
        self.content_type = body_format.content_type
        self._format = body_format
        self._whole = whole
        self._generation_id = generation_id
        self._keeping: asyncio.Task[None] | None = None

    def write_chunk(self, chunk: Chunk) -> bytes:
        """As the form, and remembered."""
        self._whole.write_chunk(chunk)
        return self._format.write_chunk(chunk)

    def write_end(self, finish_reasons: dict[int, str], usage: wire.Usage) -> bytes:
        """As the form, and stored."""
        self._keep(self._whole.write_end(finish_reasons, usage))
        return self._format.write_end(finish_reasons, usage)

    def write_error(self, error: ApiError) -> bytes:
        """As the form; what was said is stored with the error."""
        said = {"choices": self._whole.choices({}), **error.envelope()}
        self._keep(wire.encode(said))
        return self._format.write_error(error)

    def _keep(self, answer: bytes) -> None:
        work = insist(store_reply, self._generation_id, answer.decode())
        self._keeping = asyncio.ensure_future(work)
