"""Requests to stop a running generation: a flag in its row, which its run sees.

The task is never cancelled: it leaves its stream normally, so no upstream connection is orphaned.
"""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from conversations.generation.processes import OWNER
from conversations.models import Generation


def request_stop(generation: Generation) -> None:
    """Ask the owner of the generation, in any process, to stop it."""
    running = Generation.objects.running().filter(pk=generation.pk, stop_requested_at=None)
    running.update(stop_requested_at=timezone.now())


def request_stop_for_users(user_ids: Collection[int]) -> int:
    """Ask the owners of all running generations of the users to stop them; return their number."""
    # In the order of `log.append`, which locks the same rows: no two wait for each other.
    running = list(Generation.objects.running().filter(user__in=user_ids).order_by("pk"))
    for generation in running:
        request_stop(generation)
    return len(running)


def requested_stops() -> list[UUID]:
    """Return the generations of this process with a request to stop."""
    requested = Generation.objects.running().filter(owner=OWNER, stop_requested_at__isnull=False)
    return list(requested.values_list("pk", flat=True))
