"""System check: prepared queries need the Django release that they were tested with."""

from collections.abc import Sequence

import django
from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

# Changed by hand once tests/database passes with another one.
TESTED_DJANGO = (5, 2)


@register
def tested_django(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuses a feature release of Django whose private parts may differ from the tested ones."""
    if django.VERSION[:2] == TESTED_DJANGO:
        return []
    tested, found = (".".join(map(str, each)) for each in (TESTED_DJANGO, django.VERSION[:2]))
    return [
        Error(
            f"Prepared queries were tested with Django {tested}, and this is Django {found}.",
            hint="Install the locked packages: `pip install -r requirements/base.txt`.",
            id="conversations.E001",
        )
    ]
