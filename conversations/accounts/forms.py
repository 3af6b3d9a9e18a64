"""Forms of the pages that create accounts."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conversations.accounts import names, people
from conversations.models import USERNAME_CHARACTERS, USERNAME_VALIDATORS, Invitation, User


class AccountForm(forms.Form):
    """The fields of a new account."""

    username = UsernameField(
        label=_("Username"),
        max_length=USERNAME_CHARACTERS,
        validators=USERNAME_VALIDATORS,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    email = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    # The address of an account whose form does not ask for one.
    fixed_email = ""

    def clean_email(self) -> str:
        """Check that the e-mail address is free."""
        email: str = self.cleaned_data["email"]
        if names.is_taken(email):
            raise ValidationError(_("An account with this e-mail address already exists."))
        return email

    def clean(self) -> None:
        """Check the username against the address, and the password against both."""
        username = self.cleaned_data.get("username")
        if username:
            try:
                names.check_username(username, self.cleaned_data.get("email") or self.fixed_email)
            except ValidationError as error:
                self.add_error("username", error)
        self._check_password()

    def _check_password(self) -> None:
        password = self.cleaned_data.get("password")
        if password:
            user = User(
                username=self.cleaned_data.get("username", ""),
                email=self.cleaned_data.get("email") or self.fixed_email,
            )
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.add_error("password", error)


class InvitedForm(AccountForm):
    """The form of an invitation: without the fields that the invitation fixes."""

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data)
        self.account = invitation.account
        self.fixed_email = invitation.email
        if invitation.account:
            del self.fields["username"], self.fields["email"]
        elif invitation.email:
            del self.fields["email"]

    def chosen(self) -> people.NewAccount:
        """The chosen fields; those that the invitation fixes are empty."""
        values = {name: self.cleaned_data.get(name, "") for name in ("username", "email")}
        return people.NewAccount(**values, password=self.cleaned_data["password"])
