"""Who may sign up unasked: nobody, the people of one e-mail domain, or anybody.

Whoever is invited comes in by the link, whatever the setting; see conversations.accounts.people.
"""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
    """allauth's rules for accounts, with the site's SIGNUP setting on top."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a visitor may see and send the sign-up form."""
        return settings.SIGNUP == "open" or bool(settings.SIGNUP_DOMAIN)

    def clean_email(self, email: str) -> str:
        """The address, if the site's setting admits it; raises ValidationError otherwise."""
        email = super().clean_email(email)
        if settings.SIGNUP_DOMAIN and _domain(email) != settings.SIGNUP_DOMAIN:
            raise ValidationError(
                _("Use an address at %(domain)s.") % {"domain": settings.SIGNUP_DOMAIN}
            )
        return email


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()
