"""Text that is encrypted before it reaches the database."""

from functools import lru_cache
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models


class UnreadableText(str):
    """What stands for a text that was encrypted under another ``ENCRYPTION_KEY``: empty.

    It is written back as it was stored, so that the former key can still open it.
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
    """Text stored as a Fernet token under ``ENCRYPTION_KEY``; empty text stays empty.

    The key lives outside the database, so that a dump or a backup of it opens nothing. A text
    that was written under another key reads as :class:`UnreadableText`.
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
