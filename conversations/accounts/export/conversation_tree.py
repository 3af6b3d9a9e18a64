"""The messages of conversations, read a few at a time.

Of conversations that are small, which nearly all are, the messages are read once for both files.
"""

from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import IntegerField, TextField, UUIDField
from django.db.models.functions import Cast, Length

from conversations.accounts.export.pieces import CHARACTERS_AT_ONCE, by_size
from conversations.database.prepared import PreparedQuery
from conversations.generation.text_so_far import with_text_so_far
from conversations.models import Conversation, Message

# The numbers of all messages of so many conversations are in memory.
CONVERSATIONS_AT_ONCE = 20
_conversation = PreparedQuery(
    lambda user, pk: Conversation.objects.filter(
        user=user, user__is_active=True, pk=pk
    ).select_related("language_model", "user"),
    user=IntegerField(),
    pk=UUIDField(),
)
_messages = PreparedQuery(
    lambda conversation: (
        Message.objects.filter(conversation=conversation)
        .select_related("generation")
        .order_by("created_at", "choice", "pk")
    ),
    conversation=UUIDField(),
)


class _Row(NamedTuple):
    """A message without its texts."""

    pk: UUID
    parent_id: UUID | None
    size: int


class Tree:
    """A conversation and its messages, in the order of their making."""

    def __init__(self, conversation: Conversation, rows: list[_Row]) -> None:
        self.conversation = conversation
        self._rows = rows

    @property
    def size(self) -> int:
        """The number of its messages."""
        return len(self._rows)

    def branch(self) -> set[UUID]:
        """The ids of the messages that the page shows."""
        parents = {row.pk: row.parent_id for row in self._rows}
        branch: set[UUID] = set()
        head = self.conversation.head_id
        while head and head in parents and head not in branch:
            branch.add(head)
            head = parents[head]
        return branch

    def parts(self, only: Container[UUID] | None = None) -> Iterator[list[Message]]:
        """The messages with their generations, some at a time; those in ``only``, or all."""
        if sum(row.size for row in self._rows) <= CHARACTERS_AT_ONCE:
            yield [each for each in self._all if only is None or each.pk in only]
            return
        wanted = ((row.pk, row.size) for row in self._rows if only is None or row.pk in only)
        for keys in by_size(wanted):
            read = Message.objects.filter(pk__in=keys).select_related("generation")
            found = {each.pk: each for each in read}
            yield [with_text_so_far(found[key]) for key in keys if key in found]

    @cached_property
    def _all(self) -> list[Message]:
        return [with_text_so_far(each) for each in _messages(conversation=self.conversation.pk)]


def trees(user_id: int, keys: Sequence[UUID]) -> Iterator[Tree | None]:
    """The conversations with these ids; None in place of one that was erased meanwhile."""
    for start in range(0, len(keys), CONVERSATIONS_AT_ONCE):
        some = keys[start : start + CONVERSATIONS_AT_ONCE]
        rows = _rows_of(some)
        for key in some:
            conversation = _conversation.first(user=user_id, pk=key)
            yield Tree(conversation, rows[key]) if conversation else None


def _rows_of(keys: Sequence[UUID]) -> dict[UUID, list[_Row]]:
    sizes = Message.objects.filter(conversation__in=keys).annotate(
        size=Length("content")
        + Length("reasoning_content")
        + Length(Cast("tool_calls", TextField()))
    )
    found: dict[UUID, list[_Row]] = {key: [] for key in keys}
    columns = ("conversation_id", "pk", "parent_id", "size")
    for key, *row in sizes.order_by("created_at", "choice", "pk").values_list(*columns):
        found[key].append(_Row(*row))
    return found
