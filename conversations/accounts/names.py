"""Checks that no account takes a name under which another one signs in or is known."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db.models.signals import post_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from conversations.models import SignInName, User, comparable, names_of


def is_taken(name: str, *, but: User | None = None) -> bool:
    """True if an account other than ``but`` has this user name or e-mail address."""
    return bool(SignInName.objects.of_others([name], but=but))


def check_username(username: str, email: str) -> None:
    """Refuse a user name for a visitor who makes an account with this address.

    A user name with an @ must be that address: another one may be somebody else's, or become so.
    The error is the same for addresses with and without an account.
    """
    if "@" in username and comparable(username) != comparable(email):
        raise ValidationError(_("A username with an @ must be your own e-mail address."))
    if is_taken(username) and "@" not in username:
        raise ValidationError(_("This username is taken. Choose another one."))


@receiver(pre_save, sender=EmailAddress)
def _take(instance: EmailAddress, raw: bool, **_: object) -> None:
    """Take an address that becomes the account's own. Raises NameTaken."""
    if not raw and (instance.verified or instance.primary):
        stored = EmailAddress.objects.filter(pk=instance.pk).first()
        if not stored or not (stored.verified or stored.primary):
            SignInName.objects.take(instance.user, [instance.email])


@receiver(post_delete, sender=EmailAddress)
def _give_up(instance: EmailAddress, **_: object) -> None:
    user = User.objects.filter(pk=instance.user_id).first()
    if user:
        SignInName.objects.keep_only(user, names_of(user))
