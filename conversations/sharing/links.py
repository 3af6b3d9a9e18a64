"""Changes of share links: by their authors, and revoking by administrators.

A snapshot is made outside of a transaction: rendering can take seconds, and SQLite has one writer.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access, audit
from conversations.models import (
    Conversation,
    ShareLink,
    ShareLinkQuerySet,
    UnreadableText,
    User,
    hashed,
)
from conversations.refusal import Refused
from conversations.sharing import terms as terms_of_links
from conversations.sharing.projection import Projection, project
from conversations.sharing.selection import Selection
from conversations.sharing.terms import Terms

# Each holds a copy of its conversation.
MOST_LINKS = 1_000
_SNAPSHOT_FIELDS = (
    "sealed_masks", "selection", "title", "snapshot", "article", "snapshot_at", "updated_at"
)  # fmt: skip


def create(user: User, conversation_id: UUID, selection: Selection, terms: Terms) -> ShareLink:
    """Create a link. Raises :class:`Refused` where something is not allowed or missing."""
    projection = project(access.conversation_for(user, conversation_id), selection)
    with transaction.atomic():
        # Again: it may have been deleted meanwhile.
        conversation = access.conversation_for(user, conversation_id)
        link = _new(user, conversation)
        _set_snapshot(link, selection, projection)
        terms_of_links.apply(terms, link)
    return link


def _new(user: User, conversation: Conversation) -> ShareLink:
    if user.share_links.filter(revoked_at=None).count() >= MOST_LINKS:
        text = _("You already have %s links. Revoke links that you no longer need.")
        raise Refused("too_many", text % f"{MOST_LINKS:,}")
    token = ShareLink.new_token()
    return ShareLink(
        user=user, conversation=conversation, token_hash=hashed(token), sealed_token=token
    )


def update_snapshot(user: User, link_id: UUID, selection: Selection) -> ShareLink:
    """Replace the snapshot by one of the conversation now; address and terms stay."""
    projection = project(_shown_by(_unrevoked(user, link_id), selection), selection)
    with transaction.atomic():
        link = _unrevoked(user, link_id)
        _shown_by(link, selection)
        _set_snapshot(link, selection, projection)
        # Only these fields: the link may have been revoked meanwhile, and views are being counted.
        link.save(update_fields=_SNAPSHOT_FIELDS)
    return link


def _shown_by(link: ShareLink, selection: Selection) -> Conversation:
    """The conversation that the link may show by this selection."""
    if link.conversation is None or link.conversation.deleted_at:
        text = _("The conversation has been deleted, so what this link shows can no longer change.")
        raise Refused("no_conversation", text)
    conversation = access.conversation_for(link.user, link.conversation.pk)
    if isinstance(link.sealed_masks, UnreadableText) and not selection.masks:
        # What the dialog could not show must not be shown to readers.
        text = _(
            "The words that this link masks cannot be read any more. Write them again, or create "
            "a new link."
        )
        raise Refused("unreadable_masks", text, "masks")
    return conversation


@transaction.atomic
def change_terms(user: User, link_id: UUID, terms: Terms) -> ShareLink:
    """Change the terms of a link."""
    link = _unrevoked(user, link_id)
    terms_of_links.apply(terms, link)
    return link


def revoke(user: User, link_id: UUID) -> None:
    """Revoke a link of the user's, for good."""
    link = access.share_link_for(user, link_id)
    ShareLink.objects.filter(pk=link.pk).revoke()


@transaction.atomic
def revoke_for(actor: User, links: Iterable[ShareLink]) -> int:
    """Revoke links of any author, with audit entries; returns how many were not yet revoked."""
    count = 0
    for link in links:
        if ShareLink.objects.filter(pk=link.pk).revoke():
            audit.record(actor, "revoked", link, {}, {"author": link.user.get_username()})
            count += 1
    return count


def revoke_with(conversation: Conversation) -> None:
    """Revoke the links of a conversation that is being deleted."""
    conversation.share_links.filter(revoked_at=None).update(
        revoked_at=timezone.now(), revoked_with_conversation=True
    )


def restore_with(conversation: Conversation) -> None:
    """Restore the links that deleting the conversation revoked, and no others."""
    conversation.share_links.filter(revoked_with_conversation=True).update(
        revoked_at=None, revoked_with_conversation=False
    )


def links_of(user: User) -> ShareLinkQuerySet:
    """The user's links, the newest first, without their snapshots."""
    links = ShareLink.objects.filter(user=user).without_snapshot()
    return links.select_related("conversation").prefetch_related("users", "groups")


def live_links_of(conversation: Conversation) -> ShareLinkQuerySet:
    """The live links of a conversation, the newest first."""
    return links_of(conversation.user).live().filter(conversation=conversation)


def selection_of(link: ShareLink) -> Selection:
    """The selection that a link was made with. Raises :class:`msgspec.ValidationError`."""
    masks = msgspec.json.decode(link.sealed_masks or "[]")
    return msgspec.convert({**link.selection, "masks": masks}, Selection)


def _set_snapshot(link: ShareLink, selection: Selection, projection: Projection) -> None:
    chosen = msgspec.to_builtins(selection)
    # Masked strings are secrets: they are stored encrypted, not in the clear.
    link.sealed_masks = msgspec.json.encode(chosen.pop("masks")).decode()
    link.selection = chosen
    link.title = projection.title
    link.snapshot = projection.snapshot
    link.article = projection.article
    link.snapshot_at = timezone.now()


def _unrevoked(user: User, link_id: UUID) -> ShareLink:
    link = access.share_link_for(user, link_id)
    if link.revoked_at:
        text = _("This link has been revoked. Create a new link.")
        raise Refused("revoked", text)
    return link
