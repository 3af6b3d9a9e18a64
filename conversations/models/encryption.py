"""Text that is encrypted before it reaches the database, and a model field of it."""

from functools import lru_cache
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableText(str):
    """The empty text in place of one that was encrypted with another ``ENCRYPTION_KEY``.

    It is saved as it was stored, so that the former key can still decrypt it.
    """

    stored: str

    def __new__(cls, stored: str) -> Self:
        text = super().__new__(cls, "")
        text.stored = stored
        return text


class WrongKey(ValueError):
    """None of the keys of this process opens what was encrypted."""


def encrypt(text: str) -> str:
    """The text as a token that ``ENCRYPTION_KEY`` opens."""
    return _keys(settings.ENCRYPTION_KEY).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a token, by ``ENCRYPTION_KEY`` or one of its fallbacks.

    Raises :class:`WrongKey`.
    """
    try:
        return _all_keys().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise WrongKey("This was encrypted with another ENCRYPTION_KEY.") from error


def is_current(token: str) -> bool:
    """True if ``ENCRYPTION_KEY`` itself opens the token, and no fallback is needed."""
    try:
        _keys(settings.ENCRYPTION_KEY).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def _all_keys() -> MultiFernet:
    return _keys(settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _keys(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTextField(models.TextField):
    """Text stored as a Fernet token made with ``ENCRYPTION_KEY``; empty text stays empty.

    The key is outside the database, so that a dump or a backup of the database reveals nothing.
    A text that none of the keys opens reads as :class:`UnreadableText`.
    """

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        if not value:
            return value
        try:
            return decrypt(value)
        except WrongKey:
            return UnreadableText(value)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, UnreadableText):
            return value.stored
        if not value:
            return ""
        return encrypt(str(value))
