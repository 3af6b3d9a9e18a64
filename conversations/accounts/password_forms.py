"""allauth's forms that take a password, or the link to set one, with counts that last."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import UserTokenForm
from allauth.core import context
from django.core.exceptions import ValidationError

from conversations.accounts import guessing


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
