"""Lines of the log that would be repeated for as long as something lasts.

The rule: what a machine, a setting or a stranger causes again and again is one line in a while,
without a traceback: a database that cannot be used is met by each request and each running answer,
and a host name by each visitor who uses it.
"""

import logging
import time
from typing import NamedTuple

from django.core.exceptions import DisallowedHost

from chatsite.machine_faults import fault_of

FAULT_SECONDS, OTHER_SECONDS = 60, 3600
# Strangers choose host names. Beyond so many different lines, further ones share one.
MOST_KEYS = 100
_POOL = "psycopg.pool"


class Line(NamedTuple):
    """A line in place of a record: the key that repetitions share, how long, and its text."""

    key: str
    seconds: float
    text: str


class OnceInAWhile(logging.Filter):
    """Lets the first record of a kind through, as one line, and drops its repetitions.

    A record names its kind itself with ``extra={"once": key}``, or has an exception with a known
    reason.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True if the record is to be written."""
        line = _line_of(record)
        if line is None:
            return True
        if not self._is_due(line):
            return False
        record.msg, record.args, record.exc_info, record.exc_text = line.text, (), None, None
        return True

    def _is_due(self, line: Line) -> bool:
        now = time.monotonic()
        if len(self._next) >= MOST_KEYS:
            self._next = {key: due for key, due in self._next.items() if due > now}
        is_known = line.key in self._next or len(self._next) < MOST_KEYS
        key = line.key if is_known else f"others, {line.seconds}"
        if now < self._next.get(key, 0):
            return False
        self._next[key] = now + line.seconds
        return True


def _line_of(record: logging.LogRecord) -> Line | None:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, DisallowedHost):
        reason = str(error)[:300].replace("ALLOWED_HOSTS", "SITE_URL")
        text = f"A request was refused, because its host name is not in SITE_URL. {reason}"
        return Line(reason, OTHER_SECONDS, text)
    if fault := fault_of(error):
        return Line(fault.kind, FAULT_SECONDS, f"{fault.text} It was met by: {_first(record)}")
    if record.name == _POOL:
        return Line(_POOL, FAULT_SECONDS, _first(record))
    if key := getattr(record, "once", ""):
        return Line(key, OTHER_SECONDS, record.getMessage())
    return None


def _first(record: logging.LogRecord) -> str:
    return record.getMessage().split("\n", 1)[0]
