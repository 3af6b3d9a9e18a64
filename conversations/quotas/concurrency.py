"""Bounds the answers of a user that run at once: on the page, and as many again for programs.

They are counted apart, so that a user's programs never lock the user out of the page.
"""

from django.conf import settings
from django.db import connection
from django.db.models import IntegerField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.database.prepared import PreparedQuery
from conversations.models import ApiKey, Generation, GroupPolicy, Policy, User
from conversations.refusal import Refused

_on_page = PreparedQuery(
    lambda user: (
        Generation.objects.running().filter(user=user, conversation__isnull=False).only("pk")
    ),
    user=IntegerField(),
)
_of_programs = PreparedQuery(
    lambda user: (
        Generation.objects.running()
        .filter(user=user, conversation__isnull=True)
        .only("pk", "api_key_id")
    ),
    user=IntegerField(),
)
_of_groups = PreparedQuery(
    lambda user: GroupPolicy.objects.filter(group__user=user, answers_at_once__isnull=False),
    user=IntegerField(),
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


def answers_at_once(user: User) -> int:
    """The most answers of the user's that may run at once, on the page and for programs each.

    The user's own number decides, else the most generous of the user's groups, else the site's.
    """
    if user.answers_at_once is not None:
        return user.answers_at_once
    of_groups = [each.answers_at_once or 0 for each in _of_groups(user=user.pk)]
    return max(of_groups, default=settings.RUNNING_ANSWERS)


def check_room_for(user: User, count: int = 1) -> None:
    """Raise :class:`Refused` unless ``count`` more answers may run for the user on the page.

    Call it in the transaction that starts them, after :func:`lock_user`.
    """
    most = answers_at_once(user)
    if len(_on_page(user=user.pk)) + count > most:
        raise Refused("too_many_running", _no_room(most, count))


def _no_room(most: int, count: int) -> str:
    if count > most:
        # However long the user waits.
        text = ngettext(
            "Only one of your answers can run at once, and %(count)s were asked for.",
            "At most %(most)s of your answers can run at once, and %(count)s were asked for.",
            most,
        )
    else:
        text = ngettext(
            "Only one of your answers can run at once. Wait for it, or stop it.",
            "At most %(most)s of your answers can run at once. Wait for one, or stop one.",
            most,
        )
    return text % {"most": most, "count": count}


def check_room_for_program(key: ApiKey) -> None:
    """Like :func:`check_room_for`, for one answer to a program with this key."""
    running = [each.api_key_id for each in _of_programs(user=key.user.pk)]
    most = answers_at_once(key.user)
    if len(running) >= most or running.count(key.pk) >= (key.answers_at_once or most):
        raise Refused("too_many_running", programs_are_busy())


def programs_are_busy() -> str:
    """The sentence for a program that found no place among those of its user or its key."""
    return _("As many answers are running as this key, or its user, may have at once.")
