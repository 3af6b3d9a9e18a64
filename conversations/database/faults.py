"""Tells a database that cannot be used from an error of the program."""

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

UNAVAILABLE = _(
    "The site cannot store anything at the moment. What was stored is kept. Try again in a minute."
)


# A standby, or a server that an operator made read-only; a right that was taken away.
_REFUSED = {"25006", "42501"}


def is_unavailable(error: BaseException | None) -> bool:
    """True if the machine failed and not the program: a full disk, a lost server, a damaged file.

    These are the drivers' classes for what happens outside of the program (PEP 249), and the class
    above all others, which SQLite raises for a file that is no database. PostgreSQL has other
    classes for a server that may only read.
    """
    if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
        return True
    cause = error and error.__cause__  # the driver's own
    return getattr(cause, "sqlstate", None) in _REFUSED
