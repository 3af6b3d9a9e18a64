"""Text that is encrypted before it reaches the database."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models


class UnreadableSecret(Exception):
    """A stored secret was encrypted with another ``ENCRYPTION_KEY`` than the present one."""


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    return Fernet(key)


class EncryptedTextField(models.TextField):
    """Text stored as a Fernet token under ``ENCRYPTION_KEY``; empty text stays empty.

    The key lives outside the database, so that a dump or a backup of it opens nothing.
    Raises :class:`UnreadableSecret` when a value was written under another key.
    """

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        if not value:
            return value
        try:
            return _fernet(settings.ENCRYPTION_KEY).decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise UnreadableSecret(
                "A stored key cannot be read with the present ENCRYPTION_KEY. "
                "Restore the former ENCRYPTION_KEY, or enter the key again."
            ) from error

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return ""
        return _fernet(settings.ENCRYPTION_KEY).encrypt(str(value).encode()).decode()
