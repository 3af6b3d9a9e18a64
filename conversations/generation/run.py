"""The state of one running generation in the process that owns it."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conversations.generation.pace import Pace
from conversations.quotas.lease import Lease
from conversations.quotas.settlement import Measured
from conversations.quotas.tokens import about, is_plausible
from conversations.transcript import Event, Failure, encode, join
from conversations.upstream import Chunk, FinishReason, Usage


def as_events(events: Sequence[Event]) -> list[str]:
    """The part of an answer on a page in the log."""
    return [encode(event) for event in join(events)]


@dataclass(eq=False)
class Run:
    """One running generation. ``seq`` is the number of its last event."""

    generation_id: UUID
    user_id: int
    epoch: int = 1
    # None on the page.
    api_key_id: int | None = None
    seq: int = 0
    # What is to be committed next, and how the log has it: events, or parts of an API reply.
    pending: list[Any] = field(default_factory=list)
    encoded: Callable[[Sequence[Any]], list[str]] = as_events
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
    # The bytes of generated text, from which its tokens are estimated.
    text_bytes: int = 0
    # The completion tokens so far, and the latest count of the provider.
    tokens: int = 0
    usage: Usage | None = None
    # Those of the answers whose ends have been read. The stream may know of more: it decodes whole
    # reads, and what a cut leaves out of one may have had a finish reason.
    finish_reasons: dict[int, FinishReason] = field(default_factory=dict)
    # The tokens that it may have, until the lease is renewed.
    lease: Lease = field(default_factory=Lease)
    pace: Pace = field(default_factory=Pace)
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
    def needs_more(self) -> bool:
        """True from that part of its lease on at which it is renewed, while there may be text."""
        return self.tokens > self.lease.renewed_from and not self.is_written

    @property
    def is_written(self) -> bool:
        """True once all its answers have ended: what may follow is the provider's count."""
        return len(self.finish_reasons) >= self.choices

    @property
    def has_room(self) -> bool:
        """False if it has more tokens than it may: nothing more is read then."""
        return self.tokens <= self.lease.held

    def count(self, chunk: Chunk) -> None:
        """Measure a chunk. What was read and not yet passed on does not count."""
        pieces = sum([not choice.delta.is_empty for choice in chunk.choices])
        self.upstream_id = self.upstream_id or chunk.id
        if pieces and not self.pieces:
            self.first_token_ms = self.elapsed_ms()
        self.pieces += pieces
        for choice in chunk.choices:
            if choice.finish_reason:
                self.finish_reasons[choice.index] = choice.finish_reason
        self.text_bytes += chunk.text_bytes
        self.usage = chunk.usage or self.usage
        self.tokens = self._tokens()

    def _tokens(self) -> int:
        if self.usage:
            tokens, seen = self.usage.completion_tokens, (self.text_bytes, self.pieces)
            if is_plausible(tokens, *seen, self.choices, longest=self.lease.longest):
                return tokens
        return about(self.text_bytes, self.pieces)

    def elapsed_ms(self) -> int:
        """Return the milliseconds since the run began."""
        return int((time.monotonic() - self.started) * 1000)
