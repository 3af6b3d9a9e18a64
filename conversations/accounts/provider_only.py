"""Accounts that only the sign-in provider of the settings opens: those without a password.

Whom the provider no longer lets in must not come in by another way. So these accounts get no link
for a password, set none themselves, and are not opened by a passkey alone. An administrator can
give them a password, and so another way.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from conversations.accounts import mail
from conversations.models import is_own_name


def is_provider_only(user: AbstractBaseUser) -> bool:
    """True if the account has no password and is connected with the provider."""
    if settings.OIDC is None or user.has_usable_password():
        return False
    connected = SocialAccount.objects.filter(user_id=user.pk, provider=settings.OIDC.issuer)
    return bool(connected.exists())


class ResetRequestForm(ResetPasswordForm):
    """Asks for the link by which a password is set; the answer tells nobody who gets one."""

    users: list[Any]

    def clean_email(self) -> str:
        """The address. Whose it is is looked up later."""
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Look for accounts and mail them, beside the page: it takes the same time for all."""
        mail.send_later(self._send, request, **kwargs)
        return str(self.cleaned_data["email"])

    def _send(self, request: HttpRequest, **kwargs: Any) -> None:
        """Mail a link to the accounts that have the address.

        Those that the provider opens get none. Nor do those that only added the address and have
        not confirmed it: it may be a stranger's, by a slip or on purpose, and the link opens the
        account.
        """
        email = super().clean_email()
        self.users = [
            each for each in self.users if is_own_name(each, email) and not is_provider_only(each)
        ]
        super().save(request, **kwargs)
