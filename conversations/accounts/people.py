"""Accounts: how they are invited, kept in order, and closed."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from conversations import audit
from conversations.generation import lifecycle, recovery
from conversations.models import ALL_USE, Counter, Generation, Invitation, Rule, User, hashed

INVITATION_DAYS = 7
_SESSIONS_AT_ONCE = 500


class InvitationGone(Exception):
    """There is no such invitation, or it is used, withdrawn or expired: nobody can tell which."""


class NameTaken(Exception):
    """Somebody else took the name or the address in the same moment."""


@dataclass(frozen=True)
class NewAccount:
    """What a person chooses for themselves."""

    username: str
    email: str
    password: str


def manageable_by(actor: User) -> QuerySet[User]:
    """Whom ``actor`` may change: everybody, or those without rights in the administration."""
    everybody = User.objects.all()
    return everybody if actor.is_superuser else everybody.filter(is_staff=False, is_superuser=False)


def is_manageable_by(actor: User, person: User) -> bool:
    """Whether ``actor`` may change this person: :func:`manageable_by` for one."""
    return actor.is_superuser or not (person.is_staff or person.is_superuser)


@transaction.atomic
def deactivate(actor: User, people: Iterable[User]) -> int:
    """Close accounts, the actor's own excepted, with all that runs or is open under them.

    Gives how many were open. Their sockets are closed by :mod:`conversations.socket.page`.
    """
    closed = [each for each in people if each.is_active and each.pk != actor.pk]
    for person in closed:
        with audit.change(actor, "deactivated", person):
            User.objects.filter(pk=person.pk).update(is_active=False)
    end_access([person.pk for person in closed])
    return len(closed)


@transaction.atomic
def activate(actor: User, people: Iterable[User]) -> int:
    """Open closed accounts again; give how many were closed."""
    opened = [each for each in people if not each.is_active]
    for person in opened:
        with audit.change(actor, "activated", person):
            User.objects.filter(pk=person.pk).update(is_active=True)
    return len(opened)


def end_access(user_ids: Collection[int]) -> None:
    """Ask the people's running answers to stop, and end their sessions after the commit."""
    for generation in Generation.objects.running().filter(user__in=user_ids):
        lifecycle.request_stop(generation)
    # After it, so that no session can begin between the look and the closed account.
    transaction.on_commit(partial(end_sessions, user_ids))


def end_before_deletion(user_ids: Collection[int]) -> None:
    """End, and settle, what runs under accounts that are deleted in the same transaction."""
    # Locked first, as by whoever begins an answer: none begins between here and the deletion.
    list(User.objects.select_for_update(no_key=True).filter(pk__in=user_ids).order_by("pk"))
    recovery.end_of(user_ids)
    end_access(user_ids)


def end_sessions(user_ids: Collection[int]) -> None:
    """Sign people out everywhere. Reads every session there is: none names its person outside."""
    wanted = {str(user_id) for user_id in user_ids}
    if not wanted:
        return
    present = Session.objects.filter(expire_date__gt=timezone.now())
    keys = [
        session.session_key
        for session in present.iterator(_SESSIONS_AT_ONCE)
        if session.get_decoded().get(SESSION_KEY) in wanted
    ]
    for start in range(0, len(keys), _SESSIONS_AT_ONCE):
        Session.objects.filter(pk__in=keys[start : start + _SESSIONS_AT_ONCE]).delete()
    UserSession.objects.filter(user__in=user_ids).delete()


@transaction.atomic
def change_groups(
    actor: User, people: Iterable[User], groups: Collection[Group], *, join: bool
) -> int:
    """Put people in groups, or take them out; give how many people there were."""
    changed = list(people)
    with limits_of_groups_begin(changed):
        for person in changed:
            with audit.change(actor, "changed", person):
                (person.groups.add if join else person.groups.remove)(*groups)
    return len(changed)


def limits_of_groups_begin(people: Iterable[User]) -> AbstractContextManager[None]:
    """Where the block puts people in groups, their limits count what they used before."""
    return Rule.objects.beginning(Counter.objects.filter(user__in=people, key_scope=ALL_USE))


@transaction.atomic
def remove_second_factors(actor: User, people: Iterable[User]) -> int:
    """Let people who lost their second factor sign in with the password alone."""
    count = 0
    for person in people:
        removed, _kinds = Authenticator.objects.filter(user=person).delete()
        if removed:
            audit.record(actor, "removed second factors", person, {"second factors": removed}, {})
            count += 1
    return count


def address_is_taken(email: str, *, but: User | None = None) -> bool:
    """Whether an account other than ``but`` has this e-mail address."""
    of_others = User.objects.filter(Q(email__iexact=email) | Q(emailaddress__email__iexact=email))
    return (of_others.exclude(pk=but.pk) if but else of_others).exists()


def trust_address(person: User) -> None:
    """Count the person's address as verified, because an administrator vouches for it."""
    addresses = EmailAddress.objects.filter(user=person)
    if not person.email:
        addresses.delete()
        return
    addresses.exclude(email=person.email.lower()).update(primary=False)
    addresses.update_or_create(
        user=person, email=person.email.lower(), defaults={"primary": True, "verified": True}
    )


def renew_link(invitation: Invitation) -> str:
    """Give an invitation a new token; its link, which nobody can be told again."""
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
    """The link of a new invitation, for one account, which may exist without a password."""
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
    """The invitation of that link, if it still admits. Raises :class:`InvitationGone`."""
    admitting = Invitation.objects.open().filter(Q(account=None) | Q(account__is_active=True))
    found = admitting.select_related("account").filter(token_hash=hashed(token)).first()
    if found is None or (found.account and found.account.has_usable_password()):
        raise InvitationGone
    return found


@transaction.atomic
def accept(token: str, chosen: NewAccount) -> User:
    """Use an invitation up and give its account; of two at once, one succeeds.

    Raises :class:`InvitationGone`, or :class:`NameTaken`, which leaves the invitation open.
    """
    invitation = open_invitation(token)
    unused = Invitation.objects.open().filter(pk=invitation.pk)
    if not unused.update(used_at=timezone.now()):
        raise InvitationGone
    person = _with_password(invitation.account, chosen) or _new(invitation, chosen)
    Invitation.objects.filter(pk=invitation.pk).update(used_by=person)
    audit.record(person, "accepted", invitation, {}, {"account": person.get_username()})
    return person


def _with_password(account: User | None, chosen: NewAccount) -> User | None:
    if account is not None:
        account.set_password(chosen.password)
        account.save(update_fields=["password"])
    return account


def _new(invitation: Invitation, chosen: NewAccount) -> User:
    try:
        with transaction.atomic():
            person: User = User.objects.create_user(
                chosen.username, invitation.email or chosen.email, chosen.password
            )
    except IntegrityError as error:
        raise NameTaken from error
    person.groups.set(invitation.groups.all())
    if invitation.email:
        trust_address(person)
    else:
        EmailAddress.objects.create(user=person, email=person.email.lower(), primary=True)
    return person
