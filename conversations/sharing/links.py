"""What authors do with their links, and administrators with anybody's."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access, audit
from conversations.models import Conversation, ShareLink, ShareLinkQuerySet, User, hashed
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


@transaction.atomic
def create(user: User, conversation_id: UUID, selection: Selection, terms: Terms) -> ShareLink:
    """A new link. Raises :class:`Refused` where something is not allowed or missing."""
    conversation = access.conversation_for(user, conversation_id)
    if user.share_links.filter(revoked_at=None).count() >= MOST_LINKS:
        text = _("You have %s links already. Revoke some that are no longer needed.")
        raise Refused("too_many", text % f"{MOST_LINKS:,}")
    token = ShareLink.new_token()
    link = ShareLink(
        user=user, conversation=conversation, token_hash=hashed(token), sealed_token=token
    )
    _set_snapshot(link, selection, project(conversation, selection))
    terms_of_links.apply(terms, link)
    return link


@transaction.atomic
def update_snapshot(user: User, link_id: UUID, selection: Selection) -> ShareLink:
    """Show the conversation as it is now, under the same address and terms."""
    link = _unrevoked(user, link_id)
    if link.conversation is None or link.conversation.deleted_at:
        text = _("The conversation has been deleted; what the link shows can no longer change.")
        raise Refused("no_conversation", text)
    conversation = access.conversation_for(user, link.conversation.pk)
    _set_snapshot(link, selection, project(conversation, selection))
    # These alone: meanwhile the link may have been revoked, and its views go on being counted.
    link.save(update_fields=_SNAPSHOT_FIELDS)
    return link


@transaction.atomic
def change_terms(user: User, link_id: UUID, terms: Terms) -> ShareLink:
    """Change for whom, how long and how often a link is."""
    link = _unrevoked(user, link_id)
    terms_of_links.apply(terms, link)
    return link


def revoke(user: User, link_id: UUID) -> None:
    """Let a link of the person's own show nothing from now on, for good."""
    link = access.share_link_for(user, link_id)
    ShareLink.objects.filter(pk=link.pk).revoke()


@transaction.atomic
def revoke_for(actor: User, links: Iterable[ShareLink]) -> int:
    """Revoke links of anybody's, on the record; give how many were not revoked yet."""
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
    """Bring back the links that deleting the conversation revoked, and no others."""
    conversation.share_links.filter(revoked_with_conversation=True).update(
        revoked_at=None, revoked_with_conversation=False
    )


def links_of(user: User) -> ShareLinkQuerySet:
    """The person's links, the newest first, without what they show."""
    links = ShareLink.objects.filter(user=user).without_snapshot()
    return links.select_related("conversation").prefetch_related("users", "groups")


def live_links_of(conversation: Conversation) -> ShareLinkQuerySet:
    """The links of a conversation that show something, the newest first."""
    return links_of(conversation.user).live().filter(conversation=conversation)


def selection_of(link: ShareLink) -> Selection:
    """How the author chose what the link shows. Raises :class:`msgspec.ValidationError`."""
    masks = msgspec.json.decode(link.sealed_masks or "[]")
    return msgspec.convert({**link.selection, "masks": masks}, Selection)


def _set_snapshot(link: ShareLink, selection: Selection, projection: Projection) -> None:
    chosen = msgspec.to_builtins(selection)
    # What was masked is worth hiding: it is not kept in the clear beside what is shown.
    link.sealed_masks = msgspec.json.encode(chosen.pop("masks")).decode()
    link.selection = chosen
    link.title = projection.title
    link.snapshot = projection.snapshot
    link.article = projection.article
    link.snapshot_at = timezone.now()


def _unrevoked(user: User, link_id: UUID) -> ShareLink:
    link = access.share_link_for(user, link_id)
    if link.revoked_at:
        text = _("The link has been revoked. Make a new one.")
        raise Refused("revoked", text)
    return link
