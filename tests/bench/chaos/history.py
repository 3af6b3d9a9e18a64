"""The history of a run: what users were shown, what was answered, and what happened when."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Event = dict[str, Any]


@dataclass(frozen=True)
class ShownEvent:
    """An event that a tab was sent, with its number."""

    tab: str
    generation_id: UUID
    seq: int
    event: Event


@dataclass(frozen=True)
class ShownMessage:
    """An answer in a state or a change that a tab was sent: its text as of event ``seq``."""

    tab: str
    message_id: UUID
    generation_id: UUID
    seq: int
    content: str
    status: str


@dataclass
class ApiReply:
    """A reply of the API, as far as its client got it. ``key`` is its Idempotency-Key."""

    person: str
    key: str
    generation_id: UUID | None = None
    text: str = ""
    finish_reason: str = ""
    usage: dict[str, int] | None = None
    is_done: bool = False


@dataclass(frozen=True)
class SharedPage:
    """A view of the page of a link; the moment is that of its request."""

    link_id: UUID
    article: str


@dataclass
class History:
    """One run of a seed."""

    events: list[ShownEvent] = field(default_factory=list)
    messages: list[ShownMessage] = field(default_factory=list)
    replies: list[ApiReply] = field(default_factory=list)
    pages: list[SharedPage] = field(default_factory=list)
    # By the request ids of turns that the site accepted.
    turns: dict[UUID, UUID] = field(default_factory=dict)
    # The requested versions of each link, the first included.
    versions: dict[UUID, int] = field(default_factory=dict)
    # What was broken while it ran, as sentences.
    broken: list[str] = field(default_factory=list)
    refused: int = 0
    lines: list[str] = field(default_factory=list)
    began_at: float = field(default_factory=time.monotonic)

    @property
    def count(self) -> int:
        """The number of events that users were shown."""
        return len(self.events)

    def note(self, who: str, text: str) -> None:
        """Write down what happened."""
        seconds = time.monotonic() - self.began_at
        self.lines.append(f"{seconds:7.3f} s, event {self.count:3}  {who}: {text}")
