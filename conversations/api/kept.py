"""Answers of models whose administrator keeps what programs ask and are answered."""

import asyncio
from uuid import UUID

from conversations.api import wire
from conversations.api.completions import keep_answer
from conversations.api.errors import ApiError
from conversations.api.forms import Form, Whole
from conversations.database.threads import insist
from conversations.upstream import Chunk


class Kept:
    """A form that also writes the whole answer down when it ends, complete or not."""

    def __init__(self, form: Form, whole: Whole, generation_id: UUID) -> None:
        self.content_type = form.content_type
        self._form = form
        self._whole = whole
        self._generation_id = generation_id
        self._keeping: asyncio.Task[None] | None = None

    def heard(self, chunk: Chunk) -> bytes:
        """As the form, and remembered."""
        self._whole.heard(chunk)
        return self._form.heard(chunk)

    def ending(self, finish_reasons: dict[int, str], usage: wire.Usage) -> bytes:
        """As the form, and stored."""
        self._keep(self._whole.ending(finish_reasons, usage))
        return self._form.ending(finish_reasons, usage)

    def failure(self, error: ApiError) -> bytes:
        """As the form; what was said is stored with the error."""
        said = {"choices": self._whole.choices({}), **error.envelope()}
        self._keep(wire.encode(said))
        return self._form.failure(error)

    def _keep(self, answer: bytes) -> None:
        work = insist(keep_answer, self._generation_id, answer.decode())
        self._keeping = asyncio.ensure_future(work)
