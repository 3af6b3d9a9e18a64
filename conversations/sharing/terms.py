"""For whom a link is, for how long and how often, within what the site allows."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from conversations.models import Policy, ShareLink, User
from conversations.refusal import Refused

MOST_NAMED = 200
LONGEST_PASSPHRASE = 200
SHORTEST_LIFETIME_SECONDS = 60
# As far as dates of every database go.
LONGEST_LIFETIME_SECONDS = 100 * 365 * 24 * 3600
MOST_VIEWS = 1_000_000
_TERM_FIELDS = (
    "audience", "expires_at", "max_views", "passphrase_hash", "shows_title", "updated_at"
)  # fmt: skip


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an author decides of a link beside what it shows.

    Without ``lifetime_seconds`` a new link gets the site's default and another keeps its own;
    null is for ever. Without ``passphrase`` another keeps its own; an empty one takes it away.
    """

    audience: ShareLink.Audience
    usernames: tuple[str, ...] = ()
    group_ids: tuple[int, ...] = ()
    lifetime_seconds: int | UnsetType | None = UNSET
    passphrase: str | UnsetType = UNSET
    max_views: int | None = None
    shows_title: bool = False


def apply(terms: Terms, link: ShareLink) -> None:
    """Put the terms on a link and store it. Raises :class:`Refused` with the field."""
    policy = Policy.current()
    if terms.audience == ShareLink.Audience.PUBLIC and not policy.public_links:
        text = _(
            "Links for anyone are not allowed on this site. Choose people who are signed in, "
            "or named people and groups."
        )
        raise Refused("public_links_forbidden", text, "audience")
    people, groups = _named(terms, link.user)
    link.audience = terms.audience
    link.expires_at = _expires_at(terms, link, policy)
    link.max_views = _max_views(terms, link)
    link.passphrase_hash = _passphrase_hash(terms, link)
    link.shows_title = terms.shows_title
    # These alone of a link that exists: meanwhile it may be revoked, and its views are counted.
    link.save(update_fields=None if link.is_new else _TERM_FIELDS)
    link.users.set(people)
    link.groups.set(groups)


def _named(terms: Terms, author: User) -> tuple[list[User], list[Group]]:
    if terms.audience != ShareLink.Audience.NAMED:
        return [], []
    names = list(dict.fromkeys(name.strip() for name in terms.usernames if name.strip()))
    if len(names) + len(terms.group_ids) > MOST_NAMED:
        text = _("At most %s people and groups can be named.")
        raise Refused("too_many", text % MOST_NAMED, "usernames")
    people = list(User.objects.filter(username__in=names, is_active=True))
    _check_all(names, [person.username for person in people])
    groups = list(groups_of(author).filter(pk__in=terms.group_ids))
    if len(groups) < len(set(terms.group_ids)):
        text = _("You can only name groups that you are in.")
        raise Refused("unknown_group", text, "group_ids")
    if not people and not groups:
        text = _("Name at least one person or group.")
        raise Refused("nobody_named", text, "usernames")
    return people, groups


def groups_of(author: User) -> QuerySet[Group]:
    """The groups that a person may name: those that they are in, by name."""
    return author.groups.order_by("name")


def _check_all(names: Iterable[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            text = _("There is nobody here with the username “%s”.")
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
        text = _("On this site links expire after at most %s days. Choose a shorter time.")
        raise Refused("too_long", text % longest.days, "lifetime_seconds")
    return timezone.now() + lifetime if lifetime else None


def _lifetime(seconds: int | None) -> timedelta | None:
    if seconds is None:
        return None
    if not SHORTEST_LIFETIME_SECONDS <= seconds <= LONGEST_LIFETIME_SECONDS:
        text = _("A link can live between a minute and a hundred years.")
        raise Refused("out_of_range", text, "lifetime_seconds")
    return timedelta(seconds=seconds)


def _max_views(terms: Terms, link: ShareLink) -> int | None:
    if terms.max_views is None:
        return None
    if not 1 <= terms.max_views <= MOST_VIEWS:
        text = _("A link can be opened between once and %s times.")
        raise Refused("out_of_range", text % f"{MOST_VIEWS:,}", "max_views")
    if terms.max_views <= link.views:
        text = _("It has been opened %s times already. Allow more than that, or revoke the link.")
        raise Refused("out_of_range", text % f"{link.views:,}", "max_views")
    return terms.max_views


def _passphrase_hash(terms: Terms, link: ShareLink) -> str:
    if terms.passphrase is UNSET:
        return link.passphrase_hash
    if len(terms.passphrase) > LONGEST_PASSPHRASE:
        text = _("The pass-phrase has more than %s characters.")
        raise Refused("too_long", text % LONGEST_PASSPHRASE, "passphrase")
    return make_password(terms.passphrase) if terms.passphrase else ""
