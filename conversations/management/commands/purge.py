"""`manage.py purge`: removes what was deleted longer than `DELETED_KEPT_DAYS` ago."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from conversations import audit
from conversations.purge import Purged, purge


class Command(BaseCommand):
    """Purges at once. A running site does the same each hour."""

    help = "Remove conversations and messages that were deleted more than DELETED_KEPT_DAYS ago."

    def handle(self, *args: Any, **options: Any) -> None:
        """Purge until nothing is left, and print how much it was."""
        conversations = messages = 0
        while any(some := purge(timezone.now())):
            conversations += some.conversations
            messages += some.messages
        while audit.purge_events():
            pass
        self.stdout.write(_sentence(Purged(conversations, messages)))


def _sentence(purged: Purged) -> str:
    return f"Purged: {purged.conversations} conversations, {purged.messages} other messages."
