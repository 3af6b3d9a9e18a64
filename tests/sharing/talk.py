"""Conversations to share, their links, and browsers of readers."""

from typing import Any

from django.test import Client

from conversations.models import Conversation, Message, ShareLink, User
from conversations.sharing import links
from conversations.sharing.selection import Selection
from conversations.sharing.terms import Terms


def make_talk(user: User, *said: dict[str, Any], **fields: Any) -> Conversation:
    """A conversation with one branch; by default a question and its answer."""
    fields.setdefault("title", "What tides are")
    conversation = Conversation.objects.create(user=user, **fields)
    add_branch(conversation, None, *(said or (asked("What are tides?"), answer("Water, *moved*."))))
    return conversation


def add_branch(
    conversation: Conversation, parent: Message | None, *said: dict[str, Any]
) -> Message | None:
    """Add messages below ``parent``; the last of them becomes the head."""
    for fields in said:
        parent = Message.objects.create(conversation=conversation, parent=parent, **fields)
    conversation.head = parent
    conversation.save()
    return parent


def asked(content: str) -> dict[str, Any]:
    """The fields of a user message."""
    return {"role": "user", "content": content}


def answer(content: str, **fields: Any) -> dict[str, Any]:
    """The fields of an answer."""
    return {"role": "assistant", "content": content, "model_name": "test/model", **fields}


def call(name: str, arguments: str, call_id: str = "upstream-1") -> dict[str, Any]:
    """A tool call as it is stored."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


def selection(conversation: Conversation, **fields: Any) -> Selection:
    """A selection: by default the branch that ends with the head."""
    assert conversation.head_id is not None
    return Selection(**{"leaf_id": conversation.head_id, **fields})


def share(
    conversation: Conversation, *, shows: dict[str, Any] | None = None, **terms: Any
) -> ShareLink:
    """Create a link: by default for anyone."""
    terms.setdefault("audience", ShareLink.Audience.PUBLIC)
    chosen = selection(conversation, **(shows or {}))
    return links.create(conversation.user, conversation.pk, chosen, Terms(**terms))


def path_of(link: ShareLink) -> str:
    """The path of the shared page."""
    return f"/s/{link.sealed_token}/"


def browser_of(user: User | None) -> Client:
    """A browser in which that user is signed in; None for an anonymous reader."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client
