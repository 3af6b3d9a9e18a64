"""The skeleton of a conversation: of each message its id, its place in the tree and its role."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import IntegerField, UUIDField

from conversations import access
from conversations.database.prepared import PreparedQuery
from conversations.models import Message


class Node(NamedTuple):
    """A message without its texts. As a record it would have ten times the size."""

    pk: UUID
    parent_id: UUID | None
    role: str
    is_deleted: bool


def nodes_of(conversation_id: UUID, since: int = 0) -> list[Node]:
    """The messages that changed after version ``since``, in the order of the list."""
    changed = _changed(conversation=conversation_id, since=since)
    return [Node(pk, parent, role, at is not None) for pk, parent, role, at in changed]


_changed: PreparedQuery[Any] = PreparedQuery(
    lambda conversation, since: Message.objects.filter(
        conversation=conversation, changed_in__gt=since
    ).values_list("pk", "parent_id", "role", "deleted_at"),
    conversation=UUIDField(),
    since=IntegerField(),
)


def rows(nodes: Sequence[Node]) -> list[list[Any]]:
    """A row for each message: ``[id, parent, role]``, and a 1 behind where it is deleted.

    A parent among them is told as the number of rows back, which is nearly always 1: a row has
    50 bytes then and not 80.
    """
    numbers = {node.pk: number for number, node in enumerate(nodes)}
    return [_row(node, number, numbers) for number, node in enumerate(nodes)]


def _row(node: Node, number: int, numbers: Mapping[UUID, int]) -> list[Any]:
    known = numbers.get(node.parent_id) if node.parent_id else None
    parent = str(node.parent_id) if known is None and node.parent_id else None
    deleted = [1] if node.is_deleted else []
    return [str(node.pk), parent if known is None else number - known, node.role, *deleted]


def path_to(last: UUID | None, nodes: Iterable[Node]) -> list[Node]:
    """The branch from the root to a message, itself included; none if there is no such message."""
    by_id = {node.pk: node for node in nodes}
    path: list[Node] = []
    while last in by_id:
        path.append(by_id[last])
        last = path[-1].parent_id
    return path[::-1]


def path_or_not_found(last: UUID, nodes: Iterable[Node]) -> list[Node]:
    """The same; raises :class:`access.NotFound` if there is no such message."""
    path = path_to(last, nodes)
    if not path:
        raise access.NotFound
    return path


def shown(head: UUID | None, nodes: Sequence[Node]) -> list[Node]:
    """The branch that ends there, and the answers below it, of which the user keeps one."""
    path = path_to(head, nodes)
    below = [node for node in nodes if path and node.parent_id == head and not node.is_deleted]
    return [*path, *(node for node in below if node.role == Message.Role.ASSISTANT)]
