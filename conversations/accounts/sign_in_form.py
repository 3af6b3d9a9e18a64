"""The form in which a user signs in with a name and a password."""

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """allauth's form, whose first field is marked as the name that belongs to a password.

    allauth marks it as an e-mail address, and for such a field browsers suggest no passkeys.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
