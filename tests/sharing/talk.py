"""Conversations to share, and the people who open their links."""

from typing import Any

from django.test import Client

from conversations.models import Conversation, Message, ShareLink, User
from conversations.sharing import links
from conversations.sharing.selection import Selection
from conversations.sharing.terms import Terms


def make_talk(user: User, *said: dict[str, Any], **fields: Any) -> Conversation:
    """A conversation of one branch; without messages given, a question and its answer."""
    fields.setdefault("title", "What tides are")
    conversation = Conversation.objects.create(user=user, **fields)
    add_branch(conversation, None, *(said or (asked("What are tides?"), answer("Water, *moved*."))))
    return conversation


def add_branch(
    conversation: Conversation, parent: Message | None, *said: dict[str, Any]
) -> Message | None:
    """Messages below ``parent``; the last of them becomes the head."""
    for fields in said:
        parent = Message.objects.create(conversation=conversation, parent=parent, **fields)
    conversation.head = parent
    conversation.save()
    return parent


def asked(content: str) -> dict[str, Any]:
    """What a person says."""
    return {"role": "user", "content": content}


def answer(content: str, **fields: Any) -> dict[str, Any]:
    """What a model says."""
    return {"role": "assistant", "content": content, "model_name": "test/model", **fields}


def call(name: str, arguments: str, call_id: str = "upstream-1") -> dict[str, Any]:
    """A call of a tool as it is stored."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


def selection(conversation: Conversation, **fields: Any) -> Selection:
    """The branch on the page, unless fields say otherwise."""
    assert conversation.head_id is not None
    return Selection(**{"leaf_id": conversation.head_id, **fields})


def share(
    conversation: Conversation, *, shows: dict[str, Any] | None = None, **terms: Any
) -> ShareLink:
    """A link for anyone, unless the terms say otherwise."""
    terms.setdefault("audience", ShareLink.Audience.PUBLIC)
    chosen = selection(conversation, **(shows or {}))
    return links.create(conversation.user, conversation.pk, chosen, Terms(**terms))


def path_of(link: ShareLink) -> str:
    """The address of the page, without the site."""
    return f"/s/{link.sealed_token}/"


def browser_of(user: User | None) -> Client:
    """A browser in which that person is signed in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client
