"""`manage.py invite ADDRESS`: a link for one person to sign up with."""

import argparse
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from chatsite.accounts import invitation_url


class Command(BaseCommand):
    """Prints the link; sending it is up to whoever runs this."""

    help = "Print a link, good for a week, with which ADDRESS may make an account."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The address to invite."""
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        """Print the link for `address`."""
        if settings.SIGNUP != "invite":
            raise CommandError("Invitations work only with SIGNUP=invite.")
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(f"{address} is no e-mail address.") from error
        self.stdout.write(invitation_url(address))
