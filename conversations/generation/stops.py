"""Requests to stop a running generation: a flag in its row, which its run sees.

The task is never cancelled: it leaves its stream normally, so no upstream connection is orphaned.
"""

from uuid import UUID

from django.utils import timezone

from conversations.generation.processes import OWNER
from conversations.models import Generation


def request_stop(generation: Generation) -> None:
    """Ask the owner of the generation, in any process, to stop it."""
    running = Generation.objects.running().filter(pk=generation.pk, stop_requested_at=None)
    running.update(stop_requested_at=timezone.now())


def requested_stops() -> list[UUID]:
    """Return the generations of this process with a request to stop."""
    requested = Generation.objects.running().filter(owner=OWNER, stop_requested_at__isnull=False)
    return list(requested.values_list("pk", flat=True))
