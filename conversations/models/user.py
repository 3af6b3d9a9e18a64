"""Accounts."""

from django.contrib.auth.models import AbstractUser, Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# As for the setting RUNNING_ANSWERS.
MOST_ANSWERS_AT_ONCE = 10_000
# In records of usage, which outlive their user. No account can have this name.
DELETED_NAME = "(deleted account)"
AT_ONCE_VALIDATORS = [MinValueValidator(1), MaxValueValidator(MOST_ANSWERS_AT_ONCE)]


def neutral_name(user_id: int) -> str:
    """The name of a deleted account in the audit log. No account can have it of its own."""
    return f"(deleted account {user_id})"


class User(AbstractUser):
    """An account. Administrators have ``is_staff`` and ``is_superuser``.

    One with ``deleted_at`` is closed for good; its row goes when all that was its own is erased.
    """

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
