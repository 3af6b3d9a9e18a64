"""Terms of a link: audience, lifetime, pass-phrase and views, within what the site allows."""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta

import msgspec
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from conversations import audit
from conversations.models import Policy, SecurityEvent, ShareLink, SignInName, User, comparable
from conversations.refusal import Refused

MOST_NAMED = 200
LONGEST_PASSPHRASE = 200
SHORTEST_LIFETIME_SECONDS = 60
# A hundred years, which every database can add to a date.
LONGEST_LIFETIME_SECONDS = 100 * 365 * 24 * 3600
MOST_VIEWS = 1_000_000
_TERM_FIELDS = (
    "audience", "expires_at", "max_views", "passphrase_hash", "shows_title", "updated_at"
)  # fmt: skip


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terms that an author sets, besides the selection.

    Without ``lifetime_seconds`` a new link gets the site's default and an existing one keeps its
    own; null means for ever. Without ``passphrase`` an existing link keeps its own; an empty one
    removes it.
    """

    audience: ShareLink.Audience
    usernames: tuple[str, ...] = ()
    group_ids: tuple[int, ...] = ()
    lifetime_seconds: int | UnsetType | None = UNSET
    passphrase: str | UnsetType = UNSET
    max_views: int | None = None
    shows_title: bool = False


def apply(terms: Terms, link: ShareLink) -> None:
    """Apply the terms to a link and save it. Raises :class:`Refused` with the field."""
    policy = Policy.current()
    if terms.audience == ShareLink.Audience.PUBLIC and not policy.public_links:
        text = _(
            "This site does not allow links for anyone. Choose people who are signed in, or "
            "named people and groups."
        )
        raise Refused("public_links_forbidden", text, "audience")
    users, groups = _named(terms, link.user)
    was_public = link.audience == ShareLink.Audience.PUBLIC and not link.is_new
    link.audience = terms.audience
    link.expires_at = _expires_at(terms, link, policy)
    link.max_views = _max_views(terms, link)
    link.passphrase_hash = _passphrase_hash(terms, link)
    link.shows_title = terms.shows_title
    # Only these of an existing link: it may be revoked meanwhile, and its views are counted.
    link.save(update_fields=None if link.is_new else _TERM_FIELDS)
    link.users.set(users)
    link.groups.set(groups)
    if terms.audience == ShareLink.Audience.PUBLIC and not was_public:
        # Never its title, which is the user's own.
        audit.record_event(SecurityEvent.LINK_MADE_PUBLIC, link.user, link=link.pk)


def _named(terms: Terms, author: User) -> tuple[list[User], list[Group]]:
    if terms.audience != ShareLink.Audience.NAMED:
        return [], []
    names = {comparable(name): name for name in terms.usernames if name.strip()}
    if len(names) + len(terms.group_ids) > MOST_NAMED:
        text = _("You can name at most %s people and groups.")
        raise Refused("too_many", text % MOST_NAMED, "usernames")
    users = SignInName.objects.users_named(names.values())
    _check_all(names, {comparable(user.username) for user in users})
    groups = list(groups_of(author).filter(pk__in=terms.group_ids))
    if len(groups) < len(set(terms.group_ids)):
        text = _("You can only name groups that you belong to.")
        raise Refused("unknown_group", text, "group_ids")
    if not users and not groups:
        text = _("Name at least one person or group.")
        raise Refused("nobody_named", text, "usernames")
    return users, groups


def groups_of(author: User) -> QuerySet[Group]:
    """The groups that an author may name: their own, by name."""
    return author.groups.order_by("name")


def _check_all(names: Mapping[str, str], known: Container[str]) -> None:
    for key, name in names.items():
        if key not in known:
            text = _("No user has the username “%s”.")
            raise Refused("unknown_person", text % name[:150], "usernames")


def _expires_at(terms: Terms, link: ShareLink, policy: Policy) -> datetime | None:
    if terms.lifetime_seconds is UNSET:
        if not link.is_new:
            return link.expires_at
        default = policy.default_link_lifetime
        return timezone.now() + default if default else None
    longest = policy.longest_link_lifetime
    lifetime = _lifetime(terms.lifetime_seconds)
    if longest and (lifetime is None or lifetime > longest):
        text = _("Links on this site expire after at most %s days. Choose a shorter time.")
        raise Refused("too_long", text % longest.days, "lifetime_seconds")
    return timezone.now() + lifetime if lifetime else None


def _lifetime(seconds: int | None) -> timedelta | None:
    if seconds is None:
        return None
    if not SHORTEST_LIFETIME_SECONDS <= seconds <= LONGEST_LIFETIME_SECONDS:
        text = _("A link can be open for one minute to a hundred years.")
        raise Refused("out_of_range", text, "lifetime_seconds")
    return timedelta(seconds=seconds)


def _max_views(terms: Terms, link: ShareLink) -> int | None:
    if terms.max_views is None:
        return None
    if not 1 <= terms.max_views <= MOST_VIEWS:
        text = _("The number of views must be from 1 to %s.")
        raise Refused("out_of_range", text % f"{MOST_VIEWS:,}", "max_views")
    if terms.max_views <= link.views:
        text = _("This link has been opened %s times. Allow more views, or revoke the link.")
        raise Refused("out_of_range", text % f"{link.views:,}", "max_views")
    return terms.max_views


def _passphrase_hash(terms: Terms, link: ShareLink) -> str:
    if terms.passphrase is UNSET:
        return link.passphrase_hash
    if len(terms.passphrase) > LONGEST_PASSPHRASE:
        text = _("The pass-phrase can have at most %s characters.")
        raise Refused("too_long", text % LONGEST_PASSPHRASE, "passphrase")
    return make_password(terms.passphrase) if terms.passphrase else ""
