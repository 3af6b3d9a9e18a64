"""Accounts: invitations, deactivation, groups, sessions and second factors."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from conversations import audit
from conversations.accounts import sessions
from conversations.generation import recovery, stops
from conversations.models import (
    ALL_USE,
    Counter,
    Invitation,
    Rule,
    User,
    hashed,
)

INVITATION_DAYS = 7


class InvitationGone(Exception):
    """The invitation is unknown, used, withdrawn or expired; the error does not say which."""


@dataclass(frozen=True)
class NewAccount:
    """The fields of a new account that its user chooses."""

    username: str
    email: str
    password: str


def manageable_by(actor: User) -> QuerySet[User]:
    """The users whom ``actor`` may change: all for a superuser, else those who are not staff."""
    users = User.objects.all()
    return users if actor.is_superuser else users.filter(is_staff=False, is_superuser=False)


def is_manageable_by(actor: User, user: User) -> bool:
    """True if ``actor`` may change this user: :func:`manageable_by` for one user."""
    return actor.is_superuser or not (user.is_staff or user.is_superuser)


@transaction.atomic
def deactivate(actor: User, users: Iterable[User]) -> int:
    """Deactivate accounts except the actor's own, stop their generations and end their sessions.

    Returns how many were active. :mod:`conversations.socket.page` closes their sockets.
    """
    closed = [each for each in users if each.is_active and each.pk != actor.pk]
    for user in closed:
        with audit.change(actor, "deactivated", user):
            User.objects.filter(pk=user.pk).update(is_active=False)
    end_access([user.pk for user in closed])
    return len(closed)


@transaction.atomic
def activate(actor: User, users: Iterable[User]) -> int:
    """Activate deactivated accounts; returns how many were deactivated."""
    opened = [each for each in users if not each.is_active]
    for user in opened:
        with audit.change(actor, "activated", user):
            User.objects.filter(pk=user.pk).update(is_active=True)
    return len(opened)


def end_access(user_ids: Collection[int]) -> None:
    """Request a stop of the users' generations, and end their sessions after the commit."""
    stops.request_stop_for_users(user_ids)
    # After the commit, because until then the users can still sign in.
    transaction.on_commit(partial(sessions.end_all, user_ids))


def end_before_deletion(user_ids: Collection[int]) -> None:
    """End and settle the generations of accounts that this transaction is about to delete."""
    # The same lock as at the start of an answer, so that none starts before the deletion.
    list(User.objects.select_for_update(no_key=True).filter(pk__in=user_ids).order_by("pk"))
    recovery.end_for_users(user_ids)
    end_access(user_ids)


@transaction.atomic
def change_groups(
    actor: User, users: Iterable[User], groups: Collection[Group], *, join: bool
) -> int:
    """Add users to groups, or remove them; returns how many users were given."""
    changed = list(users)
    with limits_of_groups_begin(changed):
        for user in changed:
            with audit.change(actor, "changed", user):
                (user.groups.add if join else user.groups.remove)(*groups)
    return len(changed)


def limits_of_groups_begin(users: Iterable[User]) -> AbstractContextManager[None]:
    """Have limits of groups that users join inside the block count their earlier usage."""
    return Rule.objects.changing(Counter.objects.filter(user__in=users, key_scope=ALL_USE))


@transaction.atomic
def remove_second_factors(actor: User, users: Iterable[User]) -> int:
    """Remove second factors, so that users who lost theirs can sign in with the password."""
    count = 0
    for user in users:
        removed, _kinds = Authenticator.objects.filter(user=user).delete()
        if removed:
            audit.record(actor, "removed second factors", user, {"second factors": removed}, {})
            count += 1
    return count


def trust_address(user: User) -> None:
    """Mark the user's address as verified, because an administrator vouches for it."""
    addresses = EmailAddress.objects.filter(user=user)
    if not user.email:
        addresses.delete()
        return
    addresses.exclude(email=user.email.lower()).update(primary=False)
    addresses.update_or_create(
        user=user, email=user.email.lower(), defaults={"primary": True, "verified": True}
    )


def renew_link(invitation: Invitation) -> str:
    """Give an invitation a new token; returns its link, which cannot be shown again."""
    token = Invitation.new_token()
    invitation.token_hash = hashed(token)
    return f"{settings.SITE_URL}{reverse('invitation', args=[token])}"


@transaction.atomic
def invite(
    actor: User | None,
    *,
    email: str = "",
    groups: Collection[Group] = (),
    account: User | None = None,
    days: int = INVITATION_DAYS,
) -> str:
    """Create an invitation for one account, new or without a password; returns its link."""
    invitation = Invitation(
        email=email,
        account=account,
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
    )
    link = renew_link(invitation)
    invitation.save()
    invitation.groups.set(groups)
    audit.record(actor, "invited", invitation, {}, audit.snapshot(invitation))
    return link


def open_invitation(token: str) -> Invitation:
    """The invitation of that link, if it can still be used. Raises :class:`InvitationGone`."""
    usable = Invitation.objects.open().filter(Q(account=None) | Q(account__is_active=True))
    found = usable.select_related("account").filter(token_hash=hashed(token)).first()
    if found is None or (found.account and found.account.has_usable_password()):
        raise InvitationGone
    return found


@transaction.atomic
def accept(token: str, chosen: NewAccount) -> User:
    """Use an invitation and return its account. Of two concurrent calls one succeeds.

    Raises :class:`InvitationGone`, or :class:`NameTaken`, which leaves the invitation open.
    """
    invitation = open_invitation(token)
    unused = Invitation.objects.open().filter(pk=invitation.pk)
    if not unused.update(used_at=timezone.now()):
        raise InvitationGone
    user = _with_password(invitation.account, chosen) or _new(invitation, chosen)
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    audit.record(user, "accepted", invitation, {}, {"account": user.get_username()})
    return user


def _with_password(account: User | None, chosen: NewAccount) -> User | None:
    if account is not None:
        account.set_password(chosen.password)
        account.save(update_fields=["password"])
    return account


def _new(invitation: Invitation, chosen: NewAccount) -> User:
    email = invitation.email or chosen.email
    user: User = User.objects.create_user(chosen.username, email, chosen.password)
    user.groups.set(invitation.groups.all())
    if invitation.email:
        trust_address(user)
    else:
        EmailAddress.objects.create(user=user, email=user.email.lower(), primary=True)
    return user
