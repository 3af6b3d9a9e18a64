"""The forms in which visitors make an account, and users add an address, with the rule of names."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import SignupForm as AllauthSignUpForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations import audit
from conversations.accounts import names
from conversations.models import SecurityEvent, User


class SignUpForm(AllauthSignUpForm):
    """allauth's form. Where addresses are verified, it does not say which have an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if domain := settings.SIGNUP_DOMAIN:
            self.fields["email"].help_text = _("It must be at %s.") % domain

    def clean_email(self) -> str:
        """The address, of the domain that SIGNUP admits. Those who were invited may have others."""
        email: str = super().clean_email()
        domain = settings.SIGNUP_DOMAIN
        if domain and email.rpartition("@")[2].lower() != domain:
            raise ValidationError(_("Use an address at %(domain)s.") % {"domain": domain})
        return email

    def validate_unique_email(self, value: str) -> str:
        """The address. It may not be another account's username either.

        One that somebody added to an account and never confirmed is free: else anybody could keep
        its owner from signing up.
        """
        if names.is_taken(value):
            if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
                raise get_adapter().validation_error("email_taken")
            self.account_already_exists = True
        return value

    def clean(self) -> dict[str, Any]:
        """Check the username against the address."""
        values: dict[str, Any] = super().clean()
        username = values.get("username")
        if username:
            try:
                names.check_username(username, values.get("email") or "")
            except ValidationError as error:
                self.add_error("username", error)
        return values

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account; with an address that another one has, make it without any.

        The account that has the address gets a mail. The new one cannot be signed in to, like any
        whose address is not confirmed. Without it the visitor could find that the username is
        still free and that nobody signs in by it, and so tell who has an account.
        """
        if self.account_already_exists:
            values = self.cleaned_data
            user = User.objects.create_user(values["username"], password=values["password1"])
            audit.record_event(SecurityEvent.SIGNED_UP, user, by=user)
        return super().try_save(request)


class AddEmailForm(AllauthAddEmailForm):
    """allauth's form. Without a mail to confirm it, nobody adds an address of another account."""

    def clean_email(self) -> str:
        """The address."""
        email: str = super().clean_email()
        if settings.ACCOUNT_EMAIL_VERIFICATION == "none" and names.is_taken(email, but=self.user):
            raise get_adapter().validation_error("email_taken")
        return email
