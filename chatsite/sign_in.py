"""Settings of accounts and signing in; :mod:`chatsite.settings` takes them over."""

from django.core.exceptions import ImproperlyConfigured

from chatsite.env import env_int, env_str
from chatsite.oidc import oidc_provider
from chatsite.site import SERVED_OVER_TLS, SITE_NAME

AUTH_USER_MODEL = "conversations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "conversations.accounts.password_rule.PasswordRule"}]
EMAIL_URL = env_str("EMAIL_URL")
SIGNUP = env_str("SIGNUP", "closed")
SIGNUP_DOMAIN = SIGNUP.removeprefix("domain:").lower() if SIGNUP.startswith("domain:") else ""
if SIGNUP not in {"closed", "invite", "open"} and not SIGNUP_DOMAIN:
    raise ImproperlyConfigured(
        f"SIGNUP is {SIGNUP!r}. Set it to closed, invite, open or domain:example.org."
    )
if SIGNUP_DOMAIN and not EMAIL_URL:
    raise ImproperlyConfigured(
        "SIGNUP admits an e-mail domain, which holds only if addresses are verified: set EMAIL_URL."
    )
ACCOUNT_ADAPTER = "conversations.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_URL)
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
# Where visitors can sign up, the mail that verifies an address says what the form must not: that
# there is an account with it.
_IS_VERIFIED = bool(EMAIL_URL) and (SIGNUP == "open" or bool(SIGNUP_DOMAIN))
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if _IS_VERIFIED else "optional" if EMAIL_URL else "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Long enough to fill in a form after it; short, because a stolen session may use it as well.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# allauth counts in the cache, which forgets. See conversations.throttle.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SERVED_OVER_TLS else "http"
OIDC = oidc_provider()
SOCIALACCOUNT_ADAPTER = "conversations.views.single_sign_on.account_rules.AccountRules"
# Addresses that the provider has not verified are left out, so there is none to verify here.
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_REQUIRED = False
# Nothing that acts for the user at the provider is stored.
SOCIALACCOUNT_STORE_TOKENS = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# static/js/pages/signed_out.js forgets what the browser has of the user.
LOGOUT_REDIRECT_URL = "/#signed-out"
# Days of a working week without use; 30 days as in NIST SP 800-63B for one factor.
SESSION_ENGINE = "conversations.accounts.sessions"
SESSION_IDLE_HOURS = env_int("SESSION_IDLE_HOURS", 168, minimum=1, maximum=8_760)
SESSION_MAX_DAYS = env_int("SESSION_MAX_DAYS", 30, minimum=1, maximum=365)
SESSION_COOKIE_AGE = SESSION_MAX_DAYS * 24 * 3600
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RATE_LIMITS = False
MFA_ADAPTER = "conversations.accounts.second_factors.SecondFactors"
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey that is stolen with its device must not be enough.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Only a mail can verify an address.
MFA_ALLOW_UNVERIFIED_EMAIL = not EMAIL_URL
MFA_TOTP_ISSUER = SITE_NAME
# Browsers allow passkeys over plain HTTP on localhost only; fido2 needs this setting for it, and
# then takes any origin. conversations.accounts.passkey_origin takes those of the site alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SERVED_OVER_TLS
