"""The forms of a person, and which of their fields each kind of administrator may write."""

from typing import Any

from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from conversations.accounts import people
from conversations.models import User

# Listed one by one, so that a new field is closed until somebody opens it. The field "password"
# is a remark and a link; it is never written here.
WRITABLE_BY_STAFF = (
    "username", "password", "email", "first_name", "last_name", "is_active", "groups",
)  # fmt: skip
WRITABLE_BY_SUPERUSERS = (*WRITABLE_BY_STAFF, "is_staff", "is_superuser", "user_permissions")


class NewUserForm(AdminUserCreationForm):
    """A person whom an administrator adds."""

    def clean_username(self) -> str:
        """The name, if it is nobody's address."""
        return _own_name(super().clean_username(), None)

    def clean_email(self) -> str:
        """The address, if no account has it."""
        return _free_address(self.cleaned_data["email"], None)


class UserForm(UserChangeForm):
    """A person as they are; ``actor`` is set by the page on each request's class."""

    actor: User

    def clean_username(self) -> str:
        """The name, if it is nobody else's address."""
        return _own_name(self.cleaned_data["username"], self.instance)

    def clean_email(self) -> str:
        """The address, if no other account has it."""
        return _free_address(self.cleaned_data["email"], self.instance)

    def clean(self) -> dict[str, Any]:
        """Keep administrators from shutting themselves out, by which one always remains."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk == self.actor.pk:
            for name in ("is_active", "is_staff", "is_superuser"):
                if getattr(self.actor, name) and not values.get(name, True):
                    self.add_error(name, _("You cannot take this from yourself."))
        return values


def _own_name(username: str, person: User | None) -> str:
    # People sign in with either, and lists show either.
    if people.address_is_taken(username, but=person):
        raise ValidationError(_("This is the e-mail address of another account."))
    return username


def _free_address(email: str, person: User | None) -> str:
    if email and people.address_is_taken(email, but=person):
        raise ValidationError(_("There is an account with this address already."))
    return email
