"""The audit log: who did what to whom, from where, and when.

``changes`` records administrative changes with their values, ``security_events`` sign-ins,
failures and changes of what one signs in with, and ``origin`` knows where a request came from.
"""

from conversations.audit.changes import (
    COMMAND_LINE,
    SITE,
    Secret,
    Values,
    change,
    is_secret_name,
    record,
    snapshot,
    stored,
)
from conversations.audit.security_events import purge_events, record_event

__all__ = [
    "COMMAND_LINE",
    "SITE",
    "Secret",
    "Values",
    "change",
    "is_secret_name",
    "purge_events",
    "record",
    "record_event",
    "snapshot",
    "stored",
]
