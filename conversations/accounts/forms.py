"""Forms of pages that make accounts."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conversations.accounts import people
from conversations.models import Invitation, User


class AccountForm(forms.Form):
    """What a new account needs."""

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
        """The name, if nobody has it."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("There is an account of this name already."))
        if people.address_is_taken(username):
            raise ValidationError(_("This is the e-mail address of another account."))
        return username

    def clean_email(self) -> str:
        """The address, if no account has it."""
        email: str = self.cleaned_data["email"]
        if email and people.address_is_taken(email):
            raise ValidationError(_("There is an account with this address already."))
        return email

    def clean(self) -> None:
        """Hold the password to the site's rules, which know the other fields."""
        password = self.cleaned_data.get("password")
        if password:
            person = User(
                username=self.cleaned_data.get("username", ""),
                email=self.cleaned_data.get("email", ""),
            )
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)


class InvitedForm(AccountForm):
    """What somebody who was invited chooses: not the address, or the name, that was given them."""

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data)
        self.account = invitation.account
        if invitation.account:
            del self.fields["username"], self.fields["email"]
            self.fields["password"].widget.attrs["autofocus"] = True
        elif invitation.email:
            del self.fields["email"]

    def chosen(self) -> people.NewAccount:
        """What was filled in; empty where there was nothing to choose."""
        values = {name: self.cleaned_data.get(name, "") for name in ("username", "email")}
        return people.NewAccount(**values, password=self.cleaned_data["password"])
