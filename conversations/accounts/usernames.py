"""Usernames for accounts whose users do not choose one."""

import re
import unicodedata

from conversations.models import User

# Leaves room for a number in the column's 150 characters.
_LONGEST = 140


def free_username(wanted: str) -> str:
    """A username like ``wanted`` that no account has, in any case of letters.

    It never contains ``@``: it could be the address of somebody who has no account yet, and
    users share with names and addresses alike.
    """
    name = unicodedata.normalize("NFKC", wanted).partition("@")[0]
    base = re.sub(r"[^\w.+-]+", "-", name).strip("-.")[:_LONGEST] or "user"
    taken = _taken(base)
    if base.lower() not in taken:
        return base
    # One more than there are taken ones, so one of them is free.
    numbered = (f"{base}{number}" for number in range(2, len(taken) + 3))
    return next(each for each in numbered if each.lower() not in taken)


def _taken(base: str) -> set[str]:
    names = User.objects.filter(username__istartswith=base).values_list("username", flat=True)
    return {each.lower() for each in names}
