"""Removes a conversation, or rows of a table, in transactions that are short."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count, Exists, Model, OuterRef, QuerySet

from conversations.models import Conversation, Generation, Message, ShareLinkQuerySet
from conversations.purge.names import forget_records

T = TypeVar("T")
M = TypeVar("M", bound=Model)

# A purge is asked for again until nothing is left, and a site that stops waits for one of them.
MOST_AT_ONCE = 100
# SQLite may be built for no more than 999 parameters in a statement.
ROWS_AT_ONCE = 500


def idle(conversations: "QuerySet[Conversation]") -> "QuerySet[Conversation]":
    """The conversations in which no answer is being written."""
    running = Generation.objects.running().filter(conversation=OuterRef("pk"))
    return conversations.filter(~Exists(running))


@transaction.atomic
def erase_conversation(due: "QuerySet[Conversation]", key: Any, **links: Any) -> int:
    """Remove this conversation if it is still ``due``, with its share links that match ``links``.

    Returns 1 if it was removed. It is locked and looked at again, because meanwhile its user may
    have restored it or written in it.
    """
    conversation = idle(due.select_for_update(of=("self",))).filter(pk=key).first()
    if conversation is None:
        return 0
    erase_links(conversation.share_links.filter(**links))
    conversation.delete()
    return 1


def erase_closed(conversations: "QuerySet[Conversation]") -> int:
    """Remove some conversations of a closed account together; returns their number.

    Nobody can write in them, so none has to be locked and looked at, and one transaction removes as
    many as have :data:`ROWS_AT_ONCE` messages. Their share links are gone already.
    """
    some = some_of(conversations, "pk")
    # Counted for these alone: one query for both would count the messages of all each time.
    counted = Message.objects.filter(conversation__in=some).order_by().values_list("conversation")
    sizes = dict(counted.annotate(Count("pk")))
    sums = accumulate(sizes.get(key, 0) for key in some)
    keys = [key for key, total in zip(some, sums, strict=True) if total <= ROWS_AT_ONCE]
    keys = keys or some[:1]
    with transaction.atomic():
        Conversation.objects.filter(pk__in=keys).delete()
    return len(keys)


def erase_links(links: ShareLinkQuerySet) -> int:
    """Remove some of these share links, and their titles from the audit log."""
    # Django reads the rows that it deletes; a snapshot may have megabytes.
    return erase_rows(links.without_snapshot(), is_named_in_log=True)


def erase_rows(rows: "QuerySet[M]", *, is_named_in_log: bool = False) -> int:
    """Remove some of these rows; returns their number, 0 when none is left.

    ``is_named_in_log``: the audit log may have names that their users gave them.
    """
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])
    with transaction.atomic():
        if is_named_in_log:
            forget_records(rows.model, keys)
        rows.filter(pk__in=keys).delete()
    return len(keys)


def some_of(records: "QuerySet[Any]", order: str) -> list[Any]:
    """The keys of the first records in that order."""
    return list(records.order_by(order).values_list("pk", flat=True)[:MOST_AT_ONCE])


def in_parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows, as many at a time as a statement may name."""
    return (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))
