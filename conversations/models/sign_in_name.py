"""User names and e-mail addresses as they are compared, each of one account only."""

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from conversations.models.hashing import hashed

if TYPE_CHECKING:
    from conversations.models.user import User

# Scripts that share letters of the same shape. Others can be mixed with one of them.
_ALIKE = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}
# Letters by their class, that nobody can see (Default_Ignorable_Code_Point).
_INVISIBLE = {"\u115f", "\u1160", "\u3164", "\uffa0"}


def comparable(name: str) -> str:
    """The form in which names are equal: "Иван" is "иван", and "ＡＤＭＩＮ" is "admin"."""
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    return unicodedata.normalize("NFKC", folded)


def validate_distinct(name: str) -> None:
    """Refuse a name that looks like another one: with invisible letters, or of two alphabets.

    Django's own validator refuses spaces, control, zero-width and bidirectional characters.
    """
    if _INVISIBLE & set(name):
        raise ValidationError(_("The name has a letter that cannot be seen. Remove it."))
    if any(len(_alphabets(part)) > 1 for part in name.split("@")):
        raise ValidationError(_("Write the name in the letters of one alphabet."))


def _alphabets(text: str) -> set[str]:
    letters = filter(str.isalpha, text)
    return {unicodedata.name(each, "").partition(" ")[0] for each in letters} & _ALIKE


class NameTaken(IntegrityError):
    """The name or address that is being saved is another account's."""


class SignInNameManager(models.Manager["SignInName"]):
    def of_others(self, names: Iterable[str], *, but: "User | None" = None) -> set[str]:
        """Those of the names that an account other than ``but`` has, as they are written here."""
        keys = {name: _key(name) for name in names if name}
        others = self.filter(key__in=set(keys.values()))
        if but is not None:
            others = others.exclude(user_id=but.pk)
        taken = set(others.values_list("key", flat=True))
        return {name for name, key in keys.items() if key in taken}

    def owner_of(self, name: str) -> "User | None":
        """The account that has this name, in whatever case and width it is written."""
        found = self.select_related("user").filter(key=_key(name)).first()
        return found.user if found else None

    def users_named(self, names: Iterable[str]) -> "list[User]":
        """The active accounts with these user names, in whatever case and width they are written.

        An e-mail address is a name for signing in only, and does not count here.
        """
        wanted = {comparable(name) for name in names}
        keys = [hashed(each) for each in wanted]
        found = self.select_related("user").filter(key__in=keys, user__is_active=True)
        users = {each.user for each in found}
        return [each for each in users if comparable(each.username) in wanted]

    def take(self, user: "User", names: Iterable[str]) -> None:
        """Give names to an account, in the caller's transaction. Raises :class:`NameTaken`.

        Of two that take one name at the same time, the second waits for the first and fails.
        """
        taken = list(names)
        rows = [SignInName(key=_key(name), user_id=user.pk) for name in taken if name]
        self.bulk_create(rows, ignore_conflicts=True)
        if others := self.of_others(taken, but=user):
            raise NameTaken(f"another account has the name {min(others)!r}")

    def keep_only(self, user: "User", names: Iterable[str]) -> None:
        """Give up the account's other names."""
        self.filter(user=user).exclude(key__in=[_key(name) for name in names if name]).delete()


def _key(name: str) -> str:
    return hashed(comparable(name))


class SignInName(models.Model):
    """A user name or an e-mail address of an account. No other account may have it as either.

    Its key is a hash, because a name may grow beyond what an index holds when it is folded.
    """

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_names"
    )

    objects = SignInNameManager()

    def __str__(self) -> str:
        return self.key


def names_of(user: Any) -> set[str]:
    """The user name and the e-mail addresses that are the account's own.

    An address that was only added may be a stranger's; it counts once it is confirmed.
    """
    own = user.emailaddress_set.filter(models.Q(verified=True) | models.Q(primary=True))
    names = {user.username, user.email, *own.values_list("email", flat=True)}
    return {name for name in names if name}


def is_own_name(user: Any, name: str) -> bool:
    """True if the account has this name, in whatever case and width it is written."""
    return comparable(name) in map(comparable, names_of(user))
