"""One step of a purge, which is repeated until nothing is left, and its line in the audit log."""

from datetime import datetime
from typing import NamedTuple

from conversations import audit
from conversations.models import Policy
from conversations.purge import accounts, deleted, retention


class Purged(NamedTuple):
    """The numbers of records that were removed: that users deleted, of accounts, and by age."""

    conversations: int = 0
    messages: int = 0
    account_records: int = 0
    old_conversations: int = 0
    old_links: int = 0
    old_api_calls: int = 0
    old_events: int = 0
    old_sessions: int = 0

    def plus(self, other: "Purged") -> "Purged":
        """The sums of both."""
        return Purged(*(one + two for one, two in zip(self, other, strict=True)))


def purge(now: datetime) -> Purged:
    """Remove some of all that is due.

    Each record goes in a transaction of its own with all that belongs to it, so that others write
    in between. A conversation in which an answer is being written is left for the next time.
    """
    return Purged(
        deleted.purge_conversations(now),
        deleted.purge_messages(now),
        accounts.erase_some(),
        retention.purge_conversations(now),
        retention.purge_links(now),
        retention.purge_api_calls(now),
        audit.purge_events(),
        retention.purge_sessions(now),
    )


def record(purged: Purged) -> None:
    """Write what the site policy removed into the audit log: numbers, and nobody's titles."""
    counts = {
        "conversations": purged.old_conversations,
        "share links without a conversation": purged.old_links,
        "API calls": purged.old_api_calls,
    }
    removed = {name: count for name, count in counts.items() if count}
    if removed:
        audit.record(audit.SITE, "removed by age", Policy.current(), {}, removed)
