"""allauth's forms that take a password, or the link to set one, with counts that last."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import (
    ResetPasswordKeyForm,
    UserTokenForm,
)
from allauth.core import context
from django import forms
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from conversations.accounts import api_keys, guessing, passwords


class ChangePasswordForm(AllauthChangePasswordForm):
    """Changes the password; the old one is a guess like one at sign-in."""

    def clean_oldpassword(self) -> str:
        """The old password, if it is right."""
        request = context.request
        counted = guessing.password_attempt(request, [self.user])
        with guessing.told_in_form(request), counted as attempt:
            password: str = super().clean_oldpassword()
            attempt.succeeded()
        return password


class NewPasswordForm(ResetPasswordKeyForm):
    """Sets the password by the link of a mail, and ends what the former one opened."""

    revoke_api_keys = forms.BooleanField(
        label=gettext_lazy("Also revoke my API keys"),
        required=False,
        help_text=gettext_lazy(
            "Programs go on with their keys otherwise. Tick this if somebody else may have used "
            "your account."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is None or not api_keys.keys_of(self.user):
            del self.fields["revoke_api_keys"]

    def save(self) -> None:
        """Set the password. Who is signed in here as the user has to sign in again, too."""
        if context.request.user.is_authenticated:
            logout(context.request)
        super().save()
        wanted = self.cleaned_data.get("revoke_api_keys", False)
        passwords.end_former_access(self.user, revoke_keys=wanted)


class ResetLinkForm(UserTokenForm):
    """Checks the link of a mail, by which a new password is set."""

    def clean(self) -> dict[str, Any]:
        """The parts of the link. One that is wrong is a miss, like any link that is not there."""
        guessing.refuse_many_misses(context.request)
        try:
            parts: dict[str, Any] = super().clean()
        except ValidationError:
            guessing.count_miss(context.request)
            raise
        return parts
