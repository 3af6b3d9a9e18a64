"""allauth's rules for second factors: the site's name and words, and who needs one.

Staff need one where the site policy says so. Recovery codes alone are none, since they are used up.
"""

import logging
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Policy, User, WrongKey, decrypt, encrypt

logger = logging.getLogger(__name__)

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactors(DefaultMFAAdapter):
    """allauth's rules, in the site's words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": gettext_lazy(
            "While a second factor is set up, no address can be added. Remove it, add the address "
            "and set it up again, or ask an administrator to change the address."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Administrators need a second factor here. Set up another one first."
        ),
        "incorrect_code": gettext_lazy("This is not right. Try again."),
        "unverified_email": gettext_lazy(
            "Confirm your e-mail address first, by the link in the mail that was sent to it."
        ),
    }

    def encrypt(self, text: str) -> str:
        """The seed of an authenticator app or of recovery codes, as it is stored."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """A stored seed; one that cannot be read is replaced by one that no code fits."""
        try:
            return decrypt(encrypted_text)
        except WrongKey:
            logger.exception("A second factor cannot be read: put its ENCRYPTION_KEY back.")
            return str(generate_totp_secret())

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """False for the last second factor of somebody who needs one."""
        user = authenticator.user
        others = _factors().filter(user=user).exclude(pk=authenticator.pk)
        counts = authenticator.type in KINDS
        return not (counts and user.is_staff and _is_demanded()) or others.exists()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002
        """The suggested name of a new passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}

    def _get_site_name(self) -> str:
        """The name that devices show beside a passkey."""
        return settings.SITE_NAME


def is_missing(request: HttpRequest) -> bool:
    """True if the user of this session needs a second factor and has shown none.

    Whoever signed in with the provider of the settings has: the factors are its business.
    """
    user: Any = request.user
    if not (user.is_staff and _is_demanded()) or _factors().filter(user=user).exists():
        return False
    if settings.OIDC is None:
        return True
    records = get_authentication_records(request, user)
    return not any(record.get("provider") == settings.OIDC.issuer for record in records)


def staff_without_one() -> QuerySet[User]:
    """Active staff who have set up no second factor."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    return staff.exclude(pk__in=_factors().values("user"))


def _is_demanded() -> bool:
    return Policy.current().staff_second_factor


def _factors() -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(type__in=KINDS)
    return found
