"""Ends generations that no process runs, or whose user is about to be deleted."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.generation.lifecycle import OWNER, finish, finish_api_run
from conversations.models import Generation
from conversations.transcript import Failure, Finished


def end_for_users(user_ids: Collection[int]) -> int:
    """End the generations of users who are about to be deleted, in the caller's transaction;
    return their number.

    Settles their usage: after the deletion there would be no generation to settle.
    """
    last = Finished(cause="stopped", error=Failure("deactivated", _("The account was deleted.")))
    running = Generation.objects.running().filter(user__in=user_ids).order_by("pk")
    return sum(_end_as(last, each) for each in list(running))


def recover(known: Collection[UUID] = (), silent_for: timedelta = timedelta()) -> int:
    """End generations that this process owns but does not run (``known``); return their number.

    A dead predecessor left them, or they come from a commit with an unknown outcome. Generations
    younger than ``silent_for`` may be about to start. Everything that was shown is in the log, so
    each message has it, and is marked as interrupted.
    """
    ours = Generation.objects.running().filter(owner=OWNER)
    left = ours.filter(created_at__lte=timezone.now() - silent_for).exclude(pk__in=known)
    message = _("The server was restarted while this answer was being written.")
    last = Finished(cause="interrupted", error=Failure("restarted", message))
    return sum(_end_as(last, each) for each in list(left))


def _end_as(last: Finished, generation: Generation) -> bool:
    end = finish if generation.conversation_id else finish_api_run
    return end(generation.pk, generation.epoch, last) is not None
