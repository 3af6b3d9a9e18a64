"""Usernames for accounts whose users do not choose one."""

import re
import unicodedata
from itertools import chain, count

from django.core.exceptions import ValidationError

from conversations.accounts import names
from conversations.models import validate_distinct

# Leaves room for a number in the column's 150 characters.
_LONGEST = 140


def free_username(wanted: str) -> str:
    """A username like ``wanted`` that no account has, in any case of letters.

    It never contains ``@``: it could be the address of somebody who has no account yet, and
    users share with names and addresses alike.
    """
    name = unicodedata.normalize("NFKC", wanted).partition("@")[0]
    base = re.sub(r"[^\w.+-]+", "-", name).strip("-.")[:_LONGEST] or "user"
    if not _is_distinct(base):
        base = "user"
    numbered = (f"{base}{number}" for number in count(2))
    return next(each for each in chain([base], numbered) if not names.is_taken(each))


def _is_distinct(name: str) -> bool:
    try:
        validate_distinct(name)
    except ValidationError:
        return False
    return True
