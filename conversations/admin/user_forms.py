"""The forms of a user, and the fields that each kind of administrator may write."""

from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.accounts import names
from conversations.models import User

# Listed one by one, so that a new field is read-only until it is added here. The field "password"
# is a text and a link; it is never written here.
WRITABLE_BY_STAFF = (
    "username", "password", "email", "first_name", "last_name", "is_active", "groups",
    "answers_at_once",
)  # fmt: skip
WRITABLE_BY_SUPERUSERS = (*WRITABLE_BY_STAFF, "is_staff", "is_superuser", "user_permissions")


class NewUserForm(AdminUserCreationForm):
    """A new user."""

    def clean_username(self) -> str:
        """The username. Raises ValidationError if it is an account's name or address."""
        return _own_name(self.cleaned_data["username"], None)

    def clean_email(self) -> str:
        """The address. Raises ValidationError if an account has it."""
        return _free_address(self.cleaned_data["email"], None)


class UserForm(UserChangeForm):
    """An existing user; the page sets ``actor`` on the class of each request."""

    actor: User

    def clean_username(self) -> str:
        """The username. Raises ValidationError if it is another account's name or address."""
        return _own_name(self.cleaned_data["username"], self.instance)

    def clean_email(self) -> str:
        """The address. Raises ValidationError if another account has it."""
        return _free_address(self.cleaned_data["email"], self.instance)

    def clean(self) -> dict[str, Any]:
        """Refuse administrators who would lock themselves out, so that one always remains."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk == self.actor.pk:
            for name in ("is_active", "is_staff", "is_superuser"):
                if getattr(self.actor, name) and not values.get(name, True):
                    self.add_error(name, _("You cannot remove this from yourself."))
        return values


class PasswordForm(AdminPasswordChangeForm):
    """A new password for another user."""

    revoke_api_keys = forms.BooleanField(
        label=gettext_lazy("Also revoke the API keys of this user"),
        required=False,
        help_text=gettext_lazy("Programs go on with them otherwise."),
    )


def _own_name(username: str, user: User | None) -> str:
    # Users sign in with either, and lists show either.
    if names.is_taken(username, but=user):
        raise ValidationError(_("This is the username or the e-mail address of another account."))
    return username


def _free_address(email: str, user: User | None) -> str:
    if names.is_taken(email, but=user):
        raise ValidationError(_("There is an account with this address already."))
    return email
