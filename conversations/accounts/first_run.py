"""The first administrator, made through a link that works once."""

import hmac
import os
import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from conversations.models import User, hashed


class AlreadySetUp(Exception):
    """The link has been used, or there is an administrator by now."""


def is_needed() -> bool:
    """Whether the site has no administrator yet."""
    return not User.objects.filter(is_superuser=True, is_active=True).exists()


def issue_token() -> str:
    """A new token for the set-up link; every earlier one stops working.

    Only its hash is stored, in DATA_DIR: whoever reads a backup cannot use it.
    """
    token = secrets.token_urlsafe(32)
    path = _path()
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(hashed(token))
    return token


def admits(token: str) -> bool:
    """Whether `token` is the present one and an administrator is still wanted."""
    try:
        stored = _path().read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return hmac.compare_digest(stored, hashed(token)) and is_needed()


@transaction.atomic
def create_administrator(token: str, *, username: str, email: str, password: str) -> User:
    """The first administrator, with an address that counts as verified.

    Uses `token` up. Raises `AlreadySetUp` when it does not admit; of two at once, one succeeds.
    """
    if not admits(token):
        raise AlreadySetUp
    try:
        _path().unlink()
    except FileNotFoundError as error:
        raise AlreadySetUp from error
    user: User = User.objects.create_superuser(username, email, password)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def _path() -> Path:
    return Path(settings.DATA_DIR) / "setup_token.sha256"
