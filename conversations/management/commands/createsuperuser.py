"""Django's command, which says in one sentence that a name is another account's."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError

from conversations.management.release import check_release
from conversations.models import NameTaken


class Command(createsuperuser.Command):
    """Creates an administrator on the command line."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Run Django's command."""
        check_release()
        try:
            return super().handle(*args, **options)
        except NameTaken:
            raise CommandError(
                "Another account has this name or e-mail address. Choose another one."
            ) from None
