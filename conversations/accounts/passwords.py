"""Ends all that a former password opened, because somebody else may know it."""

from conversations import audit
from conversations.accounts import api_keys, sessions
from conversations.models import SecurityEvent, User


def is_replaced(user: User) -> bool:
    """True if the stored password is another one than that of this object."""
    return not User.objects.filter(pk=user.pk, password=user.password).exists()


def end_former_access(user: User, *, by: User | None = None, revoke_keys: bool = False) -> int:
    """End all sessions, and revoke the API keys if that is wanted; returns how many were revoked.

    Keys go on without it: programs do not use the password. Browsers that were known devices are
    no more, because they prove the former password. ``by`` is the administrator who set it.
    """
    if by is not None:
        audit.record_event(SecurityEvent.PASSWORD_CHANGED, user, by=by)
    sessions.end_all([user.pk])
    keys = api_keys.keys_of(user) if revoke_keys else []
    return sum(api_keys.revoke(key, by=by) for key in keys)
