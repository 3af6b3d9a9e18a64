"""The command line: a fault of the machine, or of a setting, ends it with one sentence."""

import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, connection

from chatsite.machine_faults import fault_of, postgres_text

_CONNECT_SECONDS = 10


def run(arguments: list[str]) -> None:
    """Run a command of Django or of this site; ends the process with 1 where it cannot run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except Exception as error:
        if isinstance(error, OSError) and "sendtestemail" in arguments:
            sys.exit(f"The mail server cannot be used: {error}. EMAIL_URL names it.")
        fault = fault_of(error)
        if fault is None:
            raise
        waited = isinstance(error, OperationalError) and connection.vendor == "postgresql"
        sys.exit((_reason_of_server() if waited else "") or fault.text)


def check_database() -> None:
    """Connect to the database once, without the pool, which would only say that it has waited.

    Raises the database's own error, which `run` tells.
    """
    wrapper: Any = connection
    if wrapper.vendor == "postgresql":
        parameters = {"connect_timeout": _CONNECT_SECONDS, **wrapper.get_connection_params()}
        with wrapper.wrap_database_errors:
            wrapper.Database.connect(**parameters).close()


def _reason_of_server() -> str:
    """The sentence about a server that refuses connections; empty if it does not."""
    try:
        check_database()
    except OperationalError as error:
        return postgres_text(str(error))
    return ""
