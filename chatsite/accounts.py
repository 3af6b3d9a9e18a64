"""Sign-up without an invitation: closed, for one e-mail domain, or open.

Invitations work with every setting; see conversations.accounts.people.
"""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
    """allauth's rules for accounts, restricted by the SIGNUP setting."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """True if visitors may see and send the sign-up form."""
        return settings.SIGNUP == "open" or bool(settings.SIGNUP_DOMAIN)

    def clean_email(self, email: str) -> str:
        """The address. Raises ValidationError if the setting does not allow its domain."""
        email = super().clean_email(email)
        if settings.SIGNUP_DOMAIN and _domain(email) != settings.SIGNUP_DOMAIN:
            raise ValidationError(
                _("Use an address at %(domain)s.") % {"domain": settings.SIGNUP_DOMAIN}
            )
        return email


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()
