"""`manage.py invite ADDRESS`: a link for one person to make an account with."""

import argparse
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from conversations.accounts import people

LONGEST_DAYS = 365


class Command(BaseCommand):
    """Prints the link; sending it is up to whoever runs this."""

    help = "Print a link with which ADDRESS may make one account."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The address, the groups to join, and for how long."""
        parser.add_argument("address")
        parser.add_argument(
            "--group", action="append", default=[], help="A group to join; may be repeated."
        )
        parser.add_argument(
            "--days", type=int, default=people.INVITATION_DAYS, help="How long it can be used."
        )

    def handle(self, *args: Any, address: str, group: list[str], days: int, **options: Any) -> None:
        """Print the link for `address`."""
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
        raise CommandError(f"{address} is no e-mail address.") from error
    if people.address_is_taken(address):
        raise CommandError(f"There is an account with the address {address} already.")
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"--days is from 1 to {LONGEST_DAYS}.")
