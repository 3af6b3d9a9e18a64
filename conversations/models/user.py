"""Accounts."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractUser, Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from conversations.models.sign_in_name import NameTaken, SignInName, names_of, validate_distinct

# As for the setting RUNNING_ANSWERS.
MOST_ANSWERS_AT_ONCE = 10_000
# In records of usage, which outlive their user. No account can have this name.
DELETED_NAME = "(deleted account)"
AT_ONCE_VALIDATORS = [MinValueValidator(1), MaxValueValidator(MOST_ANSWERS_AT_ONCE)]
USERNAME_CHARACTERS = 150
USERNAME_VALIDATORS: list[Callable[[str], None]] = [UnicodeUsernameValidator(), validate_distinct]
_NAMES = {"username", "email"}


def neutral_name(user_id: int) -> str:
    """The name of a deleted account in the audit log. No account can have it of its own."""
    return f"(deleted account {user_id})"


class User(AbstractUser):
    """An account. Administrators have ``is_staff`` and ``is_superuser``.

    One with ``deleted_at`` is closed for good; its row goes when all that was its own is erased.
    """

    username = models.CharField(
        _("username"),
        max_length=USERNAME_CHARACTERS,
        unique=True,
        help_text=_("At most 150 letters, digits and @ . + - _"),
        validators=USERNAME_VALIDATORS,
        error_messages={"unique": _("A user with that username already exists.")},
    )
    answers_at_once = models.PositiveIntegerField(
        _("answers at once"),
        null=True,
        blank=True,
        validators=AT_ONCE_VALIDATORS,
        help_text=_(
            "On the page, and as many again for programs. Empty: what the most generous of the "
            "user’s groups allows, or else the site."
        ),
    )
    # Browsers in which the account was signed in before are known no more; see
    # conversations.accounts.known_devices. Empty: all that ever were.
    devices_since = models.DateTimeField(null=True, blank=True, editable=False)
    provided_groups = models.ManyToManyField(
        Group,
        verbose_name=_("groups of the sign-in provider"),
        blank=True,
        related_name="+",
        editable=False,
        help_text=_("Given at the last sign-in; the provider takes them away again."),
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and take the names. Raises :class:`NameTaken` if another account has one.

        Names that were saved before are not asked for again: accounts from the time before this
        rule may share one, and their users must be able to change a password.
        """
        fields = kwargs.get("update_fields")
        if fields is not None and _NAMES.isdisjoint(fields):
            return super().save(*args, **kwargs)
        with transaction.atomic():
            stored = User.objects.filter(pk=self.pk).values_list("username", "email").first()
            try:
                super().save(*args, **kwargs)
            except IntegrityError as error:
                raise NameTaken(str(error)) from error
            names = names_of(self)
            SignInName.objects.take(self, names.difference(stored or ()))
            SignInName.objects.keep_only(self, names)
        return None
