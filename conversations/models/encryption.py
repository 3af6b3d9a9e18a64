"""A model field whose text is encrypted before it reaches the database."""

from functools import lru_cache
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken
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


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    return Fernet(key)


class EncryptedTextField(models.TextField):
    """Text stored as a Fernet token made with ``ENCRYPTION_KEY``; empty text stays empty.

    The key is outside the database, so that a dump or a backup of the database reveals nothing.
    A text that was encrypted with another key reads as :class:`UnreadableText`.
    """

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        if not value:
            return value
        try:
            return _fernet(settings.ENCRYPTION_KEY).decrypt(value.encode()).decode()
        except InvalidToken:
            return UnreadableText(value)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, UnreadableText):
            return value.stored
        if not value:
            return ""
        return _fernet(settings.ENCRYPTION_KEY).encrypt(str(value).encode()).decode()
