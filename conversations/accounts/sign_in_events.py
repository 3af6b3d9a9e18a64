"""Records the security events of signing in: receivers of the signals of Django and allauth.

Django's own signals tell of every way in and out, whichever page it is on.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email, filter_users_by_username
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as services
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from conversations.accounts import known_devices
from conversations.audit import record_event
from conversations.audit.activity import activity_of
from conversations.audit.origin import current_origin
from conversations.models import SecurityEvent, User


@receiver(auth.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    records = get_authentication_records(request, user)
    proofs = [_proof(**record) for record in records if not record.get("reauthenticated")]
    device = _new_device(request, user)
    record_event(
        SecurityEvent.SIGNED_IN, user, method=", ".join(dict.fromkeys(proofs)), device=device
    )
    if device and current_origin():
        # With EMAIL_URL alone. Somebody else may have the password.
        get_adapter(request).send_notification_mail("account/email/new_device", user)


def _new_device(request: HttpRequest, user: User) -> str:
    """The detail of a browser that the account has not signed in with; the first one is not new."""
    before = activity_of(user).filter(action=SecurityEvent.SIGNED_IN)
    is_new = not known_devices.known_to(user, request) and before.exists()
    return "new device" if is_new else ""


@receiver(auth.user_logged_out)
def _signed_out(user: User | None, **_: object) -> None:
    if user is not None:
        record_event(SecurityEvent.SIGNED_OUT, user)


@receiver(auth.user_login_failed)
def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: object) -> None:
    """A wrong password: at signing in, or at proving who one is."""
    user = getattr(request, "user", None)
    if isinstance(user, User):
        record_event(SecurityEvent.CONFIRMATION_FAILED, user)
    else:
        record_event(SecurityEvent.SIGN_IN_FAILED, _account_of(credentials))


@receiver(account.authentication_step_completed)
def _confirmed(user: User, method: str, reauthenticated: bool = False, **extra: Any) -> None:
    if reauthenticated:
        record_event(SecurityEvent.CONFIRMED, user, method=_proof(method, **extra))


@receiver(account.user_signed_up)
def _signed_up(user: User, **_: object) -> None:
    record_event(SecurityEvent.SIGNED_UP, user)


@receiver([account.password_changed, account.password_set])
def _password_changed(user: User, **_: object) -> None:
    record_event(SecurityEvent.PASSWORD_CHANGED, user)


@receiver(account.password_reset)
def _password_reset(user: User, **_: object) -> None:
    record_event(SecurityEvent.PASSWORD_RESET, user)


@receiver(account.email_added)
def _email_added(user: User, email_address: EmailAddress, **_: object) -> None:
    record_event(SecurityEvent.EMAIL_ADDED, user, email=email_address.email)


@receiver(account.email_changed)
def _email_changed(user: User, to_email_address: EmailAddress, **_: object) -> None:
    record_event(SecurityEvent.EMAIL_CHANGED, user, email=to_email_address.email)


@receiver(account.email_confirmed)
def _email_confirmed(email_address: EmailAddress, **_: object) -> None:
    event = SecurityEvent.EMAIL_CONFIRMED
    record_event(event, email_address.user, email=email_address.email)


@receiver(account.email_removed)
def _email_removed(user: User, email_address: EmailAddress, **_: object) -> None:
    record_event(SecurityEvent.EMAIL_REMOVED, user, email=email_address.email)


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def _factor_added(user: User, authenticator: Authenticator, **_: object) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record_event(SecurityEvent.CODES_MADE, user)
    else:
        record_event(SecurityEvent.FACTOR_ADDED, user, factor=_factor(authenticator.type))


@receiver(mfa.authenticator_removed)
def _factor_removed(user: User, authenticator: Authenticator, **_: object) -> None:
    record_event(SecurityEvent.FACTOR_REMOVED, user, factor=_factor(authenticator.type))


@receiver(mfa.authenticator_used)
def _code_used(user: User, authenticator: Authenticator, **_: object) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record_event(SecurityEvent.CODE_USED, user)


@receiver(mfa.authentication_failed)
def _factor_failed(user: User, reauthentication: bool = False, **_: object) -> None:
    confirming = SecurityEvent.CONFIRMATION_FAILED
    record_event(confirming if reauthentication else SecurityEvent.SECOND_FACTOR_FAILED, user)


@receiver(services.social_account_added)
def _service_connected(sociallogin: Any, **_: object) -> None:
    connected = sociallogin.account
    record_event(SecurityEvent.SERVICE_CONNECTED, connected.user, service=connected.provider)


@receiver(services.social_account_removed)
def _service_removed(socialaccount: Any, **_: object) -> None:
    removed = socialaccount
    record_event(SecurityEvent.SERVICE_REMOVED, removed.user, service=removed.provider)


def _account_of(credentials: dict[str, Any]) -> User | None:
    """The account whose name or address was typed, if there is one."""
    typed = credentials.get("username") or credentials.get("email") or ""
    found = filter_users_by_username(typed).first() or next(
        iter(filter_users_by_email(typed)), None
    )
    return found if isinstance(found, User) else None


def _proof(method: str, type: str = "", provider: str = "", **_: object) -> str:  # noqa: A002
    """The name of a proof of who one is, from allauth's record of it."""
    return provider or (_factor(type) if type else method.replace("_", " "))


def _factor(kind: str) -> str:
    return str(Authenticator.Type(kind).name).lower().replace("_", " ")
