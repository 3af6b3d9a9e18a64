"""The outline of a branch: the beginning of each message, to choose what to share."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Substr

from conversations.chat import skeleton
from conversations.models import Conversation, Generation, Message

CHARACTERS = 320


def outline(conversation: Conversation, last_id: UUID | None = None) -> list[dict[str, Any]]:
    """The messages of the branch that ends there, or of the one that is shown, by their beginnings.

    Raises :class:`access.NotFound`. Each is a MESSAGE with the fields that a list of them needs.
    """
    nodes = skeleton.nodes_of(conversation.pk)
    if last_id is None:
        path = skeleton.path_to(conversation.head_id, nodes)
    else:
        path = skeleton.path_or_not_found(last_id, nodes)
    beginnings = {each["id"]: each for each in _beginnings(conversation)}
    return [_state(beginnings[node.pk]) for node in path if node.pk in beginnings]


def _beginnings(conversation: Conversation) -> Any:
    messages = Message.objects.filter(conversation=conversation, deleted_at=None)
    begun = messages.annotate(beginning=Substr("content", 1, CHARACTERS))
    return begun.values("id", "role", "model_name", "beginning", "generation__status")


def _state(row: dict[str, Any]) -> dict[str, Any]:
    is_running = row["generation__status"] == Generation.Status.RUNNING
    return {
        "id": str(row["id"]),
        "role": row["role"],
        "model": row["model_name"] or None,
        "content": row["beginning"],
        "generation": {"status": Generation.Status.RUNNING.value} if is_running else None,
    }
