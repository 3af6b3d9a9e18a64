"""Ends generations that no process runs, or whose user is about to be deleted."""

import logging
from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chatsite import metrics
from conversations.generation.lifecycle import finish, finish_api_run
from conversations.generation.processes import LATEST_RETURN, OWNER, Membership
from conversations.models import Generation, Process
from conversations.transcript import Failure, Finished

logger = logging.getLogger(__name__)


def end_for_users(user_ids: Collection[int]) -> int:
    """End the generations of users who are about to be deleted, in the caller's transaction;
    return their number.

    Settles their usage: after the deletion there would be no generation to settle.
    """
    last = Finished(cause="stopped", error=Failure("deactivated", _("The account was deleted.")))
    running = Generation.objects.running().filter(user__in=user_ids).order_by("pk")
    return sum(_end_as(last, each) for each in list(running))


def take_over(membership: Membership) -> int:
    """End what dead or forgotten processes left; return the number of generations.

    Everything that was shown is in the log, so each message has it, and is marked as interrupted.
    They are those that are there when its lock is taken, whenever they began by its own clock: a
    process that comes back after that begins others, which are its own. Until it has told the
    others that it is back, nobody knows their owner; if it dies before, nobody will.
    """
    ended = 0
    for process in membership.dead():
        number = _interrupt(Generation.objects.running().filter(owner=str(process)))
        name = Process.objects.get(pk=process).name
        logger.warning("The %s has died; %s of its answers are ended.", name, number)
        metrics.TAKE_OVERS.inc()
        ended += number
    ended += end_unowned(LATEST_RETURN)
    metrics.TAKEN_OVER.inc(ended)
    return ended


def end_unowned(silent_for: timedelta = timedelta()) -> int:
    """End generations older than that whose owner is no known process; return their number."""
    known = [str(pk) for pk in Process.objects.values_list("pk", flat=True)]
    unowned = Generation.objects.running().exclude(owner__in=[*known, OWNER])
    return _interrupt(unowned.filter(_older(silent_for)))


def end_not_begun(known: Collection[UUID] = (), silent_for: timedelta = timedelta()) -> int:
    """End generations that this process owns but does not run (``known``); return their number.

    They come from a commit with an unknown outcome. Younger ones than ``silent_for`` may be about
    to start.
    """
    ours = Generation.objects.running().filter(owner=OWNER)
    return _interrupt(ours.filter(_older(silent_for)).exclude(pk__in=known))


def _older(age: timedelta) -> Q:
    """Generations that are older than that. One that begins later than now is one of them: the
    clock was set back since, and to wait for that moment could take hours."""
    now = timezone.now()
    return Q(created_at__lte=now - age) | Q(created_at__gt=now + age)


def _interrupt(left: Iterable[Generation]) -> int:
    message = _("The server was restarted while this answer was being written.")
    last = Finished(cause="interrupted", error=Failure("restarted", message))
    return sum(_end_as(last, each) for each in list(left))


def _end_as(last: Finished, generation: Generation) -> bool:
    """Take the generation from its owner, who changes nothing from then on, and end it."""
    end = finish if generation.conversation_id else finish_api_run
    epoch = generation.epoch + 1
    with transaction.atomic():
        owned = Generation.objects.owned(generation.owner, generation.epoch)
        taken = owned.filter(pk=generation.pk).update(owner=OWNER, epoch=epoch)
        return bool(taken) and end(generation.pk, epoch, last) is not None
