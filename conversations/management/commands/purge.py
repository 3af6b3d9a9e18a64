"""`manage.py purge`: removes for good what is due, or says what that would be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from conversations.management.release import check_release
from conversations.models import Policy, User
from conversations.purge import deleted, retention
from conversations.purge.disk import clear_files
from conversations.purge.step import Purged, purge, record


class Command(BaseCommand):
    """Purges at once. A running site does the same each hour."""

    help = "Remove what was deleted more than DELETED_KEPT_DAYS ago, or is older than the policy."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--dry-run`` removes nothing."""
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Purge until nothing is left, and print how much it was."""
        check_release()
        self.stdout.write(_would_go() if options["dry_run"] else _gone(_purge_all()))


def _purge_all() -> Purged:
    purged = Purged()
    while any(some := purge(timezone.now())):
        purged = purged.plus(some)
    record(purged)
    clear_files()
    return purged


def _gone(purged: Purged) -> str:
    lines = [f"Purged: {purged.conversations} conversations, {purged.messages} other messages."]
    if purged.old_conversations or purged.old_links or purged.old_api_calls:
        lines.append(
            f"By age: {purged.old_conversations} conversations, {purged.old_links} share links "
            f"without one, {purged.old_api_calls} API calls."
        )
    if purged.account_records:
        lines.append(f"Of deleted accounts: {purged.account_records} records.")
    return "\n".join(lines)


def _would_go() -> str:
    now, policy = timezone.now(), Policy.current()
    old = retention.preview(policy.conversation_days)
    return (
        f"Would go: {deleted.conversations_due(now).count()} conversations and "
        f"{deleted.messages_due(now).count()} messages that were deleted.\n"
        f"By age: {old.conversations} conversations of {old.people} people.\n"
        f"Of deleted accounts: {User.objects.filter(deleted_at__isnull=False).count()} accounts."
    )
