"""The rule for new passwords: long, and not near to one that others use.

There are no rules of composition. The lists of breached passwords are in the package zxcvbn, which
also finds what lies near to them (with other letters, digits at the end, parts repeated), and in
Django; nothing is asked over the network.
"""

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_LENGTH = 10
# More than any phrase, and little to hash.
MOST_LENGTH = 256
# What follows is not judged: the time grows with the square of the length.
_JUDGED_LENGTH = 72
# Shorter names are parts of many words.
_SHORTEST_WORD = 3
# Of 0 to 4: at least a million guesses by somebody who knows how people choose. More would refuse
# two words, and guesses at sign-in are counted.
_LEAST_SCORE = 2


class PasswordRule:
    """A validator for Django's list of them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with a sentence that says what to choose instead."""
        if len(password) < LEAST_LENGTH:
            raise ValidationError(
                _("Choose a longer password: at least %(least)s characters, such as a few words.")
                % {"least": LEAST_LENGTH}
            )
        if len(password) > MOST_LENGTH:
            raise ValidationError(
                _("Choose a shorter password: at most %(most)s characters.") % {"most": MOST_LENGTH}
            )
        if password.lower() in _breached() or _score(password, user) < _LEAST_SCORE:
            raise ValidationError(
                _(
                    "This password is easy to guess: it is near to one that many use, or to your "
                    "name. Choose a few words that do not belong together."
                )
            )

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return _(
            "At least %(least)s characters, such as a few words that do not belong together."
        ) % {"least": LEAST_LENGTH}


@cache
def _breached() -> set[str]:
    """The list that comes with Django; the other one is part of the score."""
    return CommonPasswordValidator().passwords


def _score(password: str, user: Any) -> int:
    # Imported when it is needed, since its lists take 15 MB and a sixth of a second.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    known = _known_words(user)
    # A known word is worth nothing; what is like one, such as with other letters, very little.
    secret = re.sub("|".join(map(re.escape, known)), "", password, flags=re.IGNORECASE)
    if not secret:
        return 0
    score: int = zxcvbn(secret[:_JUDGED_LENGTH], known, _JUDGED_LENGTH)["score"]
    return score


def _known_words(user: Any) -> list[str]:
    """The words that somebody who knows the site and the user tries first, long ones first."""
    names = ("username", "email", "first_name", "last_name")
    texts = [settings.SITE_NAME, *(getattr(user, name, "") or "" for name in names)]
    parts = [part for text in texts for part in re.findall(r"\w+", text)]
    words = {word for word in [*texts, *parts] if len(word) >= _SHORTEST_WORD}
    return sorted(words, key=len, reverse=True)
