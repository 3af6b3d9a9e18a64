"""The window on a conversation: the messages that a page is sent whole, however long all is.

Of every message the page has a row of the skeleton. Whole are the last ones of the branch that it
shows, then those of other branches if there is room, and older ones when it asks for them. A reply
has at most so many messages and characters; at least two messages, because the end of a branch is a
question and its answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, TextField
from django.db.models.functions import Cast, Coalesce, Length

from conversations.chat import message_states, skeleton
from conversations.chat.skeleton import Node
from conversations.models import Conversation, Message

MOST_MESSAGES = 60
MOST_CHARACTERS = 500_000
LEAST_MESSAGES = 2

NOTHING: Mapping[str, Any] = {"skeleton": [], "messages": []}


def shown(conversation: Conversation) -> dict[str, Any]:
    """The skeleton of all branches, and the end of the one that the page shows."""
    nodes = skeleton.nodes_of(conversation.pk)
    branch = skeleton.shown(conversation.head_id, nodes)
    known = {node.pk for node in branch}
    others = [node for node in nodes if node.pk not in known]
    return _window(conversation, nodes, _end_of([*others, *branch]))


def changed(conversation: Conversation, since: int) -> dict[str, Any]:
    """The changes after version ``since``: all of the skeleton, the newest of it whole."""
    nodes = skeleton.nodes_of(conversation.pk, since)
    if len(nodes) > LEAST_MESSAGES:
        # Results of tool calls may come first: the page has the answer that called already.
        return _window(conversation, nodes, [node.pk for node in _last_of(nodes)])
    whole = message_states.changed_states(conversation, since)
    return {"skeleton": skeleton.rows(nodes), "messages": whole}


def before(conversation: Conversation, message_id: UUID) -> list[dict[str, Any]]:
    """The messages before this one on its branch, whole, as many as a reply has."""
    path = skeleton.path_or_not_found(message_id, skeleton.nodes_of(conversation.pk))
    return message_states.states_of(conversation, _end_of(path[:-1]))


def until(conversation: Conversation, message_id: UUID) -> list[dict[str, Any]]:
    """This message and those before it on its branch, whole, as many as a reply has."""
    path = skeleton.path_or_not_found(message_id, skeleton.nodes_of(conversation.pk))
    return message_states.states_of(conversation, _end_of(path))


def _window(
    conversation: Conversation, nodes: Sequence[Node], whole: Sequence[UUID]
) -> dict[str, Any]:
    return {
        "skeleton": skeleton.rows(nodes),
        "messages": message_states.states_of(conversation, whole),
    }


def _end_of(nodes: Sequence[Node]) -> list[UUID]:
    """The last messages, within the bounds; they do not begin with the result of a tool call, which
    is shown by the name in the answer before it."""
    kept = _last_of(nodes)
    first = next((number for number, node in enumerate(kept) if node.role != "tool"), 0)
    return [node.pk for node in kept[first:]]


def _last_of(nodes: Sequence[Node]) -> Sequence[Node]:
    last = nodes[-MOST_MESSAGES:]
    return _within_bounds(last, _sizes([node.pk for node in last]))


def _within_bounds(nodes: Sequence[Node], sizes: Mapping[UUID, int]) -> Sequence[Node]:
    total, count = 0, 0
    for node in reversed(nodes):
        total += sizes.get(node.pk, 0)
        if total > MOST_CHARACTERS and count >= LEAST_MESSAGES:
            break
        count += 1
    return nodes[len(nodes) - count :]


def _sizes(ids: Sequence[UUID]) -> dict[UUID, int]:
    """The characters of each message, with the parameters of its request: a schema can be long."""
    if len(ids) <= LEAST_MESSAGES:
        return {}
    of_request = Coalesce(Length(Cast("generation__parameters", TextField())), 0)
    of_calls = Length(Cast("tool_calls", TextField()))
    texts = Length("content") + Length("reasoning_content")
    sized = Message.objects.filter(pk__in=ids).annotate(
        of_texts=texts, of_calls=of_calls, of_request=of_request
    )
    size = F("of_texts") + F("of_calls") + F("of_request")
    return dict(sized.order_by().annotate(size=size).values_list("pk", "size"))
