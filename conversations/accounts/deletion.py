"""Deletion of accounts, by their users and by administrators alike.

One transaction closes an account for good: answers are stopped and settled, sessions, API keys,
share links and ways to sign in end, and its names leave the audit log. Its conversations and
everything else are then erased by :mod:`conversations.purge.accounts`, at once unless there is
very much.
"""

from collections.abc import Iterable
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import audit
from conversations.accounts import people
from conversations.models import Invitation, SecurityEvent, User, neutral_name
from conversations.purge import accounts
from conversations.purge.names import forget_names
from conversations.refusal import Refused

# A person waits for the erasure; an account with ten thousand conversations takes longer, and the
# site goes on by itself.
ERASE_SECONDS = 5.0


@transaction.atomic
def delete(actor: User, users: Iterable[User]) -> int:
    """Delete these accounts; returns how many.

    Raises :class:`Refused` where no active superuser would be left.
    """
    ids = [user.pk for user in users]
    _leave_a_superuser(ids)
    people.end_before_deletion(ids)
    found = list(User.objects.filter(pk__in=ids, deleted_at=None).order_by("pk"))
    for user in found:
        # After the names went: the entry of somebody who did it to themself has none either.
        by = user if user.pk == actor.pk else actor
        _close(user)
        audit.record_event(SecurityEvent.ACCOUNT_DELETED, user, by=by)
        for limit in user.rules.all():
            audit.record(by, "deleted", limit, audit.snapshot(limit), {})
    transaction.on_commit(partial(accounts.erase, ids, ERASE_SECONDS))
    return len(found)


def _leave_a_superuser(ids: list[int]) -> None:
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    # All are locked, so that two who delete themselves at the same time cannot both be the last
    # but one.
    present = set(
        superusers.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    )
    if present and present <= set(ids):
        raise Refused(
            "last_superuser",
            _("This is the last superuser. Make another user a superuser first."),
        )


def _close(user: User) -> None:
    """Take everything from the account by which it can be entered, used or recognised."""
    addresses = {
        user.email,
        *EmailAddress.objects.filter(user=user).values_list("email", flat=True),
    }
    names = {user.username, *addresses, user.get_full_name()} - {""}
    neutral = neutral_name(user.pk)
    forget_names(user, names, neutral)
    user.api_keys.update(revoked_at=timezone.now())
    user.share_links.all().revoke()
    for kind in (Authenticator, EmailAddress, SocialAccount):
        kind.objects.filter(user=user).delete()
    _withdraw_invitations(user, addresses - {""})
    _empty(user, neutral)


def _withdraw_invitations(user: User, addresses: set[str]) -> None:
    theirs = Q(account=user) | Q(used_by=user)
    for address in addresses:
        theirs |= Q(email__iexact=address)
    Invitation.objects.filter(theirs).delete()


def _empty(user: User, neutral: str) -> None:
    user.username, user.email, user.first_name, user.last_name = neutral, "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.deleted_at = timezone.now()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
