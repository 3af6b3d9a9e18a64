"""Bounds the number of running answers of a user, on the page and through the API."""

from django.db import connection
from django.db.models import IntegerField
from django.utils.translation import gettext as _

from conversations.database.prepared import PreparedQuery
from conversations.models import Generation, Policy, User
from conversations.refusal import Refused

# Enough for comparing four models in four tabs; it bounds what one account can hold open.
RUNNING_GENERATIONS = 16


_running = PreparedQuery(
    lambda user: Generation.objects.running().filter(user=user).only("pk"), user=IntegerField()
)


def check_site_is_open(policy: Policy) -> None:
    """Raise :class:`Refused` while an administrator prepares a restart."""
    if policy.draining:
        raise Refused("draining", _("The site is about to restart; try again in a minute."))


def lock_user(user: User) -> None:
    """Lock the user's row, so that one user's turns start one after the other.

    Two concurrent requests then see each other: the same request twice, *Continue* on one answer
    in two tabs, or the last answer that may run. SQLite needs no lock: it has one writer.
    """
    if connection.features.has_select_for_update:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)


def check_room_for(user: User, count: int = 1) -> None:
    """Raise :class:`Refused` unless ``count`` more answers may run for the user.

    Call it in the transaction that starts them, after :func:`lock_user`.
    """
    running = len(_running(user=user.pk))
    if running + count > RUNNING_GENERATIONS:
        raise Refused(
            "too_many_running",
            _("At most sixteen of your answers can run at once. Wait for one, or stop one."),
        )
