"""Purges what users deleted: removes it for good after ``DELETED_KEPT_DAYS``.

Ledger, usage and holds stay, because no row of theirs refers to a conversation. So do share links,
which show snapshots, but for those that deleting the conversation revoked.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from conversations.models import Conversation, Generation, Message

T = TypeVar("T")

# A purge is asked for again until nothing is left, and a site that stops waits for one of them.
MOST_AT_ONCE = 100
# SQLite may be built for no more than 999 parameters in a statement.
ROWS_AT_ONCE = 500


class Purged(NamedTuple):
    """The numbers of conversations and of messages, of other conversations, that were removed."""

    conversations: int
    messages: int


def purge(now: datetime) -> Purged:
    """Remove some conversations and messages that were deleted long enough ago.

    Each goes in a transaction of its own with all that belongs to it, so that others write in
    between. A conversation in which an answer is being written is left for the next time.
    """
    before = now - timedelta(days=settings.DELETED_KEPT_DAYS)
    conversations = _idle(Conversation.objects.all()).filter(deleted_at__lte=before)
    idle = _idle(Conversation.objects.filter(pk=OuterRef("conversation")))
    messages = Message.objects.filter(Exists(idle), deleted_at__lte=before)
    return Purged(
        sum(_purge_conversation(pk, before) for pk in _some(conversations)),
        sum(_purge_message(pk, before) for pk in _some(messages)),
    )


def _idle(conversations: "QuerySet[Conversation]") -> "QuerySet[Conversation]":
    running = Generation.objects.running().filter(conversation=OuterRef("pk"))
    return conversations.filter(~Exists(running))


def _some(records: "QuerySet[Conversation] | QuerySet[Message]") -> list[UUID]:
    return list(records.order_by("deleted_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def _purge_conversation(conversation_id: UUID, before: datetime) -> int:
    # Locked and looked at again: it may have been restored meanwhile.
    locked = Conversation.objects.select_for_update().filter(pk=conversation_id)
    conversation = _idle(locked).filter(deleted_at__lte=before).first()
    if conversation is None:
        return 0
    conversation.share_links.filter(revoked_with_conversation=True).delete()
    conversation.delete()
    return 1


@transaction.atomic
def _purge_message(message_id: UUID, before: datetime) -> int:
    locked = Conversation.objects.select_for_update(of=("self",)).filter(messages=message_id)
    conversation = _idle(locked).first()
    message = Message.objects.filter(pk=message_id, deleted_at__lte=before).first()
    if conversation is None or message is None:
        return 0
    rows = list(_subtree(message))
    # The lowest first: Django would follow the branch down, and fail after a thousand messages.
    for some in _parts([pk for pk, _generation_id in rows]):
        Message.objects.filter(pk__in=some).delete()
    # An answer that was regenerated or continued may have left its generation to other messages.
    for some in _parts([generation_id for _pk, generation_id in rows if generation_id]):
        Generation.objects.filter(pk__in=some, messages=None).delete()
    return len(rows)


def _subtree(message: Message) -> Iterator[tuple[UUID, UUID | None]]:
    """The ids of the message and of all below it, the lowest first, with their generations'."""
    children: dict[UUID | None, list[tuple[UUID, UUID | None]]] = {}
    of_conversation = Message.objects.filter(conversation=message.conversation_id)
    for pk, parent, generation in of_conversation.values_list("pk", "parent_id", "generation_id"):
        children.setdefault(parent, []).append((pk, generation))
    found = [(message.pk, message.generation_id)]
    for pk, _generation_id in found:
        found += children.get(pk, [])
    return reversed(found)


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))
