"""Stored share links for tests of lists, without snapshots of conversations."""

from typing import Any
from uuid import uuid4

from conversations.models import Conversation, ShareLink, User, hashed


def link_of(user: User, title: str = "A picnic", **fields: Any) -> ShareLink:
    """A stored link with an empty snapshot."""
    conversation = Conversation.objects.create(user=user, title=title)
    token = ShareLink.new_token()
    given = {"audience": "public", "conversation": conversation, **fields}
    return ShareLink.objects.create(
        user=user, title=title, sealed_token=token, token_hash=hashed(token),
        selection={"leaf_id": str(uuid4())}, snapshot={}, article="", **given,
    )  # fmt: skip
