"""Whether another answer may begin for a person, whoever asks for it: a page or a program."""

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


def wait_for_others(user: User) -> None:
    """Let nothing else begin for the person until the caller's transaction ends.

    So two that come at once see each other: the same request twice, more of one answer from two
    tabs, the last of the answers that may run. SQLite has one that writes at any time.
    """
    if connection.features.has_select_for_update:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)


def check_room_for(user: User, count: int = 1) -> None:
    """Raise :class:`Refused` where so many more answers than run for the person may not run.

    In the transaction that begins them, after :func:`wait_for_others`.
    """
    running = len(_running(user=user.pk))
    if running + count > RUNNING_GENERATIONS:
        raise Refused(
            "too_many_running",
            _("At most sixteen answers can be written for you at once. Wait for one, or stop one."),
        )
