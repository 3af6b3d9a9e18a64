"""The state of one running generation in the process that owns it."""

import asyncio
import math
import time
from dataclasses import dataclass, field
from uuid import UUID

from conversations.quotas.settlement import Measured
from conversations.quotas.tokens import about
from conversations.transcript import Event, Failure
from conversations.upstream import Chunk


@dataclass(eq=False)
class Run:
    """One running generation. ``seq`` is the number of its last event."""

    generation_id: UUID
    user_id: int
    epoch: int = 1
    # None on the page.
    api_key_id: int | None = None
    seq: int = 0
    pending: list[Event] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    # The time of the loop's clock until which an API client waits for a place.
    place_until: float = math.inf
    # The address of the API client, whose key may be valid for some addresses only. Not stored.
    address: str = ""
    # The reason of the stop, if the permission was revoked.
    revoked: Failure | None = None
    upstream_id: str = ""
    # The failure in the server's own words, for administrators.
    upstream_words: str = ""
    began: bool = False
    # The number of deltas: many servers send one token in each.
    pieces: int = 0
    # The bytes of text of a run without a log, from which its tokens are estimated.
    text_bytes: int = 0
    # The number of requested answers: some servers count the usage of one only.
    choices: int = 1
    first_token_ms: int | None = None
    # The start of ``at_ms``.
    started: float = field(default_factory=time.monotonic)

    @property
    def owner(self) -> tuple[int, int | None]:
        """The path by which its place in a line is fair: user and API key."""
        return self.user_id, self.api_key_id

    @property
    def measured(self) -> Measured:
        """The measurements of the run so far, for its settlement."""
        seen = (self.began, self.pieces, self.first_token_ms, self.text_bytes)
        return Measured(*seen, choices=self.choices)

    @property
    def estimated_tokens(self) -> int:
        """The estimated completion tokens so far of a run without a log."""
        return about(self.text_bytes, self.pieces)

    def count(self, chunk: Chunk, text_bytes: int) -> None:
        """Measure a chunk of a run without a log; ``text_bytes`` is the total so far."""
        pieces = sum([not choice.delta.is_empty for choice in chunk.choices])
        if pieces and not self.pieces:
            self.upstream_id = chunk.id
            self.first_token_ms = self.elapsed_ms()
        self.pieces += pieces
        self.text_bytes = text_bytes

    def elapsed_ms(self) -> int:
        """Return the milliseconds since the run began."""
        return int((time.monotonic() - self.started) * 1000)
