"""The state of links, as JSON for their author's pages: docs/protocol.md."""

from typing import Any

import msgspec

from conversations.models import Conversation, Policy, ShareLink, User
from conversations.sharing import links
from conversations.sharing.selection import DEFAULT_OMISSIONS
from conversations.sharing.terms import groups_of


def sharing_state(user: User, conversation: Conversation) -> dict[str, Any]:
    """The initial state of a conversation's share dialog."""
    return {
        "links": [link_state(link) for link in links.live_links_of(conversation)],
        **choices_for(user),
    }


def choices_for(user: User) -> dict[str, Any]:
    """The choices that a user has when they create or change a link."""
    policy = Policy.current()
    return {
        "groups": [{"id": group.pk, "name": group.name} for group in groups_of(user)],
        "default_omit": list(DEFAULT_OMISSIONS),
        "public_links": policy.public_links,
        "default_lifetime_seconds": _seconds(policy.default_link_lifetime),
        "longest_lifetime_seconds": _seconds(policy.longest_link_lifetime),
    }


def link_state(link: ShareLink) -> dict[str, Any]:
    """A link with its address; only its author may see this."""
    return {
        "id": str(link.pk),
        "url": link.url,
        "conversation_id": _conversation_id(link),
        "title": link.title,
        "state": link.state,
        "audience": link.audience,
        "usernames": sorted(user.get_username() for user in link.users.all()),
        "groups": [{"id": group.pk, "name": group.name} for group in link.groups.all()],
        "has_passphrase": bool(link.passphrase_hash),
        "expires_at": _moment(link.expires_at),
        "max_views": link.max_views,
        "views": link.views,
        "last_viewed_at": _moment(link.last_viewed_at),
        "shows_title": link.shows_title,
        "selection": msgspec.to_builtins(links.selection_of(link)),
        "snapshot_at": _moment(link.snapshot_at),
        "created_at": _moment(link.created_at),
    }


def _conversation_id(link: ShareLink) -> str | None:
    """The id of the conversation, if the snapshot can still be updated from it."""
    exists = link.conversation is not None and link.conversation.deleted_at is None
    return str(link.conversation_id) if exists else None


def _seconds(lifetime: Any) -> int | None:
    return int(lifetime.total_seconds()) if lifetime else None


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
