"""Forms of the pages that create accounts."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conversations.accounts import people
from conversations.models import Invitation, User


class AccountForm(forms.Form):
    """The fields of a new account."""

    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        """Check that the username is free."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("This username is taken. Choose another one."))
        if people.address_is_taken(username):
            raise ValidationError(_("This username is another account’s e-mail address."))
        return username

    def clean_email(self) -> str:
        """Check that the e-mail address is free."""
        email: str = self.cleaned_data["email"]
        if email and people.address_is_taken(email):
            raise ValidationError(_("An account with this e-mail address already exists."))
        return email

    def clean(self) -> None:
        """Check the password against the site's rules, some of which compare other fields."""
        password = self.cleaned_data.get("password")
        if password:
            user = User(
                username=self.cleaned_data.get("username", ""),
                email=self.cleaned_data.get("email", ""),
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
        if invitation.account:
            del self.fields["username"], self.fields["email"]
            self.fields["password"].widget.attrs["autofocus"] = True
        elif invitation.email:
            del self.fields["email"]

    def chosen(self) -> people.NewAccount:
        """The chosen fields; those that the invitation fixes are empty."""
        values = {name: self.cleaned_data.get(name, "") for name in ("username", "email")}
        return people.NewAccount(**values, password=self.cleaned_data["password"])
