"""Creates the first administrator through a link that works once."""

import hmac
import os
import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from conversations import audit
from conversations.models import SecurityEvent, User, hashed


class AlreadySetUp(Exception):
    """The link was used before, or an administrator exists."""


def is_pending() -> bool:
    """True if the site has no account at all: nobody can sign in."""
    return not User.objects.exists()


def is_needed() -> bool:
    """True if the site has no active administrator."""
    return not User.objects.filter(is_superuser=True, is_active=True).exists()


def issue_token() -> str:
    """Make a new token for the set-up link; earlier ones stop working.

    Only its hash is stored, in DATA_DIR, so that a backup does not reveal the token.
    """
    token = secrets.token_urlsafe(32)
    path = _path()
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(hashed(token))
    return token


def is_valid(token: str) -> bool:
    """True if `token` is the current one and there is no administrator yet."""
    try:
        stored = _path().read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return hmac.compare_digest(stored, hashed(token)) and is_needed()


def create_administrator(token: str, *, username: str, email: str, password: str) -> User:
    """Create the first administrator, with a verified e-mail address, and delete the token.

    Raises `AlreadySetUp` if the token cannot be used. Of two concurrent calls one succeeds. Where
    nothing can be stored, the link works again.
    """
    if not is_valid(token):
        raise AlreadySetUp
    taken = _path().with_suffix(".taken")
    try:
        # Renamed, which needs no space on a full disk, so that it can be put back.
        _path().rename(taken)
    except FileNotFoundError as error:
        raise AlreadySetUp from error
    try:
        user = _stored(username, email, password)
    except BaseException:
        taken.rename(_path())
        raise
    taken.unlink()
    return user


@transaction.atomic
def _stored(username: str, email: str, password: str) -> User:
    user: User = User.objects.create_superuser(username, email, password)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    audit.record_event(SecurityEvent.SITE_SET_UP, user)
    return user


def _path() -> Path:
    return Path(settings.DATA_DIR) / "setup_token.sha256"
