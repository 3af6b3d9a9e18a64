"""The outline of a branch: the beginning of each message, to choose what to share."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Substr

from conversations.chat import skeleton
from conversations.models import Conversation, Message

CHARACTERS = 320
Outline = dict[str, list[dict[str, Any]]]


def outline(conversation: Conversation, last_id: UUID | None = None) -> Outline:
    """The messages of the branch that ends there, or of the one that is shown, by their beginnings.

    ``answers`` are those below its end, of which one may have to be kept yet. Raises
    :class:`access.NotFound`. Each is a MESSAGE with the fields that a list of them needs.
    """
    nodes = skeleton.nodes_of(conversation.pk)
    if last_id is None:
        last_id = conversation.head_id
        path = skeleton.path_to(last_id, nodes)
    else:
        path = skeleton.path_or_not_found(last_id, nodes)
    below = skeleton.shown(last_id, nodes)[len(path) :]
    beginnings = {each["id"]: _state(each) for each in _beginnings(conversation)}
    messages, answers = (
        [beginnings[node.pk] for node in part if node.pk in beginnings] for part in (path, below)
    )
    return {"messages": messages, "answers": answers}


def _beginnings(conversation: Conversation) -> Any:
    messages = Message.objects.filter(conversation=conversation, deleted_at=None)
    begun = messages.annotate(beginning=Substr("content", 1, CHARACTERS))
    return begun.values(
        "id", "parent", "role", "model_name", "beginning", "generation", "generation__status"
    )


def _state(row: dict[str, Any]) -> dict[str, Any]:
    generation = row["generation"] and str(row["generation"])
    return {
        "id": str(row["id"]),
        "parent_id": row["parent"] and str(row["parent"]),
        "role": row["role"],
        "model": row["model_name"] or None,
        "content": row["beginning"],
        "generation": generation and {"id": generation, "status": row["generation__status"]},
    }
