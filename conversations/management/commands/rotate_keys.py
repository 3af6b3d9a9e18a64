"""`manage.py rotate_keys`: encrypts with ENCRYPTION_KEY what a former key has encrypted."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.management import key_rotation
from conversations.management.key_rotation import CURRENT, FORMER, UNREADABLE, Found
from conversations.management.release import check_release


class Command(BaseCommand):
    """Rotates while the site runs; a second run goes on where the first was stopped."""

    help = "Encrypt with ENCRYPTION_KEY what a key of ENCRYPTION_KEY_FALLBACKS has encrypted."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take what to do instead of rotating."""
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--check", action="store_true", help="Change nothing; say what is.")
        instead.add_argument(
            "--forget", action="store_true", help="Empty what no key opens: its key is lost."
        )

    def handle(self, *args: Any, check: bool, forget: bool, **options: Any) -> None:
        """Rotate, and print how much of what there was."""
        check_release()
        if forget:
            key_rotation.forget()
        elif not check:
            self._print(key_rotation.rotate())
        found = key_rotation.survey()
        if check or forget:
            self._print(found)
        self._conclude(found)

    def _print(self, found: list[Found]) -> None:
        for each in found:
            if each.by_key:
                self.stdout.write(
                    f"{each.place}: {each.by_key[CURRENT]} with ENCRYPTION_KEY, "
                    f"{each.by_key[FORMER]} with a former key, "
                    f"{each.by_key[UNREADABLE]} that no key opens"
                )

    def _conclude(self, found: list[Found]) -> None:
        former, lost = (sum(each.by_key[key] for each in found) for key in (FORMER, UNREADABLE))
        if lost:
            raise CommandError(
                f"{lost} texts are opened by no key. Put the key that encrypted them into "
                "ENCRYPTION_KEY_FALLBACKS and run this again. If it is lost: --forget."
            )
        if former:
            raise CommandError(f"{former} texts still need a former key. Run `rotate_keys`.")
        self.stdout.write(
            "All is encrypted with ENCRYPTION_KEY: ENCRYPTION_KEY_FALLBACKS is not needed."
        )
