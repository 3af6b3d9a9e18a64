"""`manage.py create_api_key USERNAME --name NAME`: creates an API key and prints it once."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.management.release import check_release
from conversations.models import KEY_NAME_CHARACTERS, User
from conversations.refusal import Refused


class Command(BaseCommand):
    """Prints the key and nothing else; only its hash is stored."""

    help = "Create an API key for USERNAME and print it. It cannot be shown again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the user and the name of the key."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="What the key is for, as lists show it.")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        """Print a new key of `username`."""
        check_release()
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        if not user.is_active:
            raise CommandError(f"{username} is deactivated. Activate the account first.")
        self.stdout.write(_key_for(user, _checked(name)))


def _checked(name: str) -> str:
    if not 0 < len(name.strip()) <= KEY_NAME_CHARACTERS:
        raise CommandError(f"--name must have 1 to {KEY_NAME_CHARACTERS} characters.")
    return name.strip()


def _key_for(user: User, name: str) -> str:
    try:
        _key, secret = api_keys.create(user, KeyChoices(name))
    except Refused as refused:
        raise CommandError(refused.message) from refused
    return secret
