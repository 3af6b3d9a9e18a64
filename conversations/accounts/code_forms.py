"""allauth's forms of second factors and passkeys, with counts that last."""

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms

from conversations import throttle
from conversations.accounts import guessing
from conversations.accounts.json_field import JsonField
from conversations.accounts.passkey_origin import check_origin
from conversations.models import User
from conversations.throttle import USED_CODES, TooManyAttempts


class _Code:
    """A form with a code of an app, or a recovery code."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code, if it is right; a wrong one is counted for the account."""
        request = context.request
        counted = guessing.code_attempt(request, self.user)
        with guessing.told_in_form(request), counted as attempt:
            code: str = super().clean_code()  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.TOTP:
                _use_once(self.user, code)
            attempt.succeeded()
        return code


def _credential() -> JsonField:
    return JsonField(widget=forms.HiddenInput)


class _Passkey:
    """A form with the answer of a passkey.

    Where nobody has given a name and a password, it is the answer that says whose it is. Failures
    are then counted for the network alone: anybody could lock any account otherwise.
    """

    user: Any
    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        """The passkey that has answered."""
        request = context.request
        if self.user is None:
            counted = guessing.address_attempt(request)
        else:
            counted = guessing.code_attempt(request, self.user)
        with guessing.told_in_form(request), counted as attempt:
            check_origin(self.cleaned_data["credential"])
            passkey = super().clean_credential()  # type: ignore[misc]
            attempt.succeeded()
        return passkey


def _use_once(user: User, code: str) -> None:
    """Refuse the code of an app that was used before, in this process or in another one."""
    try:
        throttle.attempt(USED_CODES.of("account", f"{user.pk}-{normalize_user_code(code)}"))
    except TooManyAttempts:
        raise get_adapter().validation_error("incorrect_code") from None


class CodeForm(_Code, AuthenticateForm):
    """The second step of a sign-in."""


class CodeAgainForm(_Code, ReauthenticateForm):
    """Asks again for a code."""


class PasskeyForm(_Passkey, AuthenticateWebAuthnForm):
    """The second step of a sign-in, with a passkey."""

    credential = _credential()


class PasskeyAgainForm(_Passkey, ReauthenticateWebAuthnForm):
    """Asks again for a passkey."""

    credential = _credential()


class PasskeySignInForm(_Passkey, LoginWebAuthnForm):
    """A sign-in with a passkey alone."""

    credential = _credential()


class AddPasskeyForm(AddWebAuthnForm):
    """Adds a passkey that was made on a page of the site."""

    credential = _credential()

    def clean_credential(self) -> Any:
        """The answer of the browser, made for the site itself."""
        check_origin(self.cleaned_data["credential"])
        return self.cleaned_data["credential"]
