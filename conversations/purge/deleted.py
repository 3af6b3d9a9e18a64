"""Purges what users deleted: removes it for good after ``DELETED_KEPT_DAYS``.

Ledger, usage and holds stay, because no row of theirs refers to a conversation. So do share links,
which show snapshots, but for those that deleting the conversation revoked.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from conversations.models import Conversation, Generation, Message
from conversations.purge.rows import erase_conversation, idle, in_parts, some_of


def conversations_due(now: datetime) -> "QuerySet[Conversation]":
    """Conversations that were deleted long enough ago."""
    return idle(Conversation.objects.filter(deleted_at__lte=_before(now)))


def messages_due(now: datetime) -> "QuerySet[Message]":
    """Messages that were deleted long enough ago."""
    of_idle = idle(Conversation.objects.filter(pk=OuterRef("conversation")))
    return Message.objects.filter(Exists(of_idle), deleted_at__lte=_before(now))


def purge_conversations(now: datetime) -> int:
    """Remove some conversations that were deleted long enough ago; returns how many."""
    due = conversations_due(now)
    return sum(
        erase_conversation(due, key, revoked_with_conversation=True)
        for key in some_of(due, "deleted_at")
    )


def purge_messages(now: datetime) -> int:
    """Remove some messages that were deleted long enough ago, and all below them."""
    return sum(_purge_message(key, now) for key in some_of(messages_due(now), "deleted_at"))


def _before(now: datetime) -> datetime:
    return now - timedelta(days=settings.DELETED_KEPT_DAYS)


@transaction.atomic
def _purge_message(message_id: UUID, now: datetime) -> int:
    locked = Conversation.objects.select_for_update(of=("self",)).filter(messages=message_id)
    conversation = idle(locked).first()
    message = Message.objects.filter(pk=message_id, deleted_at__lte=_before(now)).first()
    if conversation is None or message is None:
        return 0
    rows = list(_subtree(message))
    # The lowest first: Django would follow the branch down, and fail after a thousand messages.
    for some in in_parts([pk for pk, _generation_id in rows]):
        Message.objects.filter(pk__in=some).delete()
    # An answer that was regenerated or continued may have left its generation to other messages.
    for some in in_parts([generation_id for _pk, generation_id in rows if generation_id]):
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
