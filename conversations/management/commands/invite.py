"""`manage.py invite ADDRESS`: prints a link with which one person can create an account."""

import argparse
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from conversations.accounts import names, people
from conversations.management.release import check_release

LONGEST_DAYS = 365


class Command(BaseCommand):
    """Prints the link. It sends no e-mail: the operator passes the link on."""

    help = "Print a link with which the owner of ADDRESS can create one account."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the address, the groups of the account and the lifetime of the link."""
        parser.add_argument("address")
        parser.add_argument(
            "--group", action="append", default=[], help="A group of the account; may be repeated."
        )
        parser.add_argument(
            "--days", type=int, default=people.INVITATION_DAYS, help="Days until the link expires."
        )

    def handle(self, *args: Any, address: str, group: list[str], days: int, **options: Any) -> None:
        """Print the link for `address`."""
        check_release()
        _check(address, days)
        groups = list(Group.objects.filter(name__in=group))
        unknown = sorted(set(group) - {each.name for each in groups})
        if unknown:
            raise CommandError(f"There is no group {', '.join(unknown)}.")
        self.stdout.write(people.invite(None, email=address, groups=groups, days=days))


def _check(address: str, days: int) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise CommandError(f"{address} is not an e-mail address.") from error
    if names.is_taken(address):
        raise CommandError(f"An account with the address {address} already exists.")
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"--days must be from 1 to {LONGEST_DAYS}.")
