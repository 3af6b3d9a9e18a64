"""Whether another answer may begin for a person, whoever asks for it: a page or a program."""

from django.utils.translation import gettext as _

from conversations.models import Generation, Policy, User
from conversations.refusal import Refused

# Enough for comparing four models in four tabs; it bounds what one account can hold open.
RUNNING_GENERATIONS = 16


def check_site_is_open(policy: Policy) -> None:
    """Raise :class:`Refused` while an administrator prepares a restart."""
    if policy.draining:
        raise Refused("draining", _("The site is about to restart; try again in a minute."))


def check_room_for(user: User) -> None:
    """Raise :class:`Refused` where as many answers run for the person as may.

    In the transaction that begins another.
    """
    if Generation.objects.running().filter(user=user).count() >= RUNNING_GENERATIONS:
        raise Refused(
            "too_many_running",
            _("Sixteen answers are being written for you already. Wait for one, or stop one."),
        )
