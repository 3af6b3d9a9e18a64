"""Settings: the forms that take the place of allauth's."""

_CODES = "conversations.accounts.code_forms"

ACCOUNT_FORMS = {
    "login": "conversations.accounts.sign_in_form.SignInForm",
    "signup": "conversations.accounts.sign_up_forms.SignUpForm",
    "add_email": "conversations.accounts.sign_up_forms.AddEmailForm",
    "change_password": "conversations.accounts.password_forms.ChangePasswordForm",
    "reset_password": "conversations.accounts.provider_only.ResetRequestForm",
    "reset_password_from_key": "conversations.accounts.password_forms.NewPasswordForm",
    "user_token": "conversations.accounts.password_forms.ResetLinkForm",
}
MFA_FORMS = {
    "authenticate": f"{_CODES}.CodeForm",
    "reauthenticate": f"{_CODES}.CodeAgainForm",
    "authenticate_webauthn": f"{_CODES}.PasskeyForm",
    "reauthenticate_webauthn": f"{_CODES}.PasskeyAgainForm",
    "add_webauthn": f"{_CODES}.AddPasskeyForm",
    "login_webauthn": f"{_CODES}.PasskeySignInForm",
}
