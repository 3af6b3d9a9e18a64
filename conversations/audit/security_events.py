"""Records security events: who did what to an account, from where, in the database and the log.

No event has a secret. A name that was typed and belongs to no account is left out, because it is
often a password in the wrong field (OWASP ASVS 5, 16.2.5).
"""

import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from conversations.audit.changes import COMMAND_LINE
from conversations.audit.origin import Origin, current_origin
from conversations.models import AuditEntry, SecurityEvent, User, network_of

logger = logging.getLogger(__name__)

# The actor of a failure: it is not known who it was.
NOT_SIGNED_IN = "(not signed in)"
# Failures that are alike within this time are counted in one entry.
WINDOW_SECONDS = 3600
# With more entries of failures in a window, the others are counted in one entry for each kind.
MOST_FAILURES = 1_000
LONGEST_DETAIL = 200
MOST_PURGED = 1_000


def record_event(
    event: SecurityEvent, user: User | None = None, *, by: User | None = None, **details: object
) -> None:
    """Record ``event`` about the account ``user``, or about none that is known.

    ``by`` is who did it. Unless it is said, that is the user themself; of a failure it is nobody
    known, and outside a request the command line. ``details`` are shown to administrators and to
    the user, and may hold no secret.
    """
    entry = _entry(
        event, user, by, {name: _shown(value) for name, value in details.items() if value}
    )
    _log(event, entry)
    if event.is_failure:
        _count(entry)
    else:
        entry.save()


def purge_events() -> int:
    """Remove some events that are older than ``SECURITY_EVENTS_KEPT_DAYS``; returns how many.

    Administrative changes stay, without the addresses that they were made from.
    """
    before = timezone.now() - timedelta(days=settings.SECURITY_EVENTS_KEPT_DAYS)
    old = AuditEntry.objects.filter(at__lt=before)
    some = list(old.security_events().values_list("pk", flat=True)[:MOST_PURGED])
    AuditEntry.objects.filter(pk__in=some).delete()
    old.changes().exclude(address="").update(address="", user_agent="")
    return len(some)


def _entry(
    event: SecurityEvent, user: User | None, by: User | None, details: dict[str, str]
) -> AuditEntry:
    request = current_origin()
    origin = request or Origin()
    actor = by or (user if request and not event.is_failure else None)
    nobody = NOT_SIGNED_IN if request else COMMAND_LINE
    return AuditEntry(
        actor=actor,
        actor_name=actor.get_username() if actor else nobody,
        action=event.value,
        target_type=User._meta.label_lower if user else "",
        target_id=str(user.pk) if user else "",
        target_name=user.get_username()[:200] if user else "",
        after=details,
        is_security_event=True,
        address=origin.address,
        user_agent=origin.user_agent,
    )


def _shown(value: object) -> str:
    return "".join(filter(str.isprintable, str(value)))[:LONGEST_DETAIL]


def _log(event: SecurityEvent, entry: AuditEntry) -> None:
    """One line. Every value is quoted as in JSON, so that none can begin another line or field."""
    fields: dict[str, Any] = {
        "event": entry.action,
        "outcome": "failure" if event.is_failure else "success",
        "by": entry.actor_name,
        "user": entry.target_name,
        "address": entry.address,
        "user_agent": entry.user_agent,
    }
    shown = [*fields.items(), *entry.after.items()]
    line = " ".join(f"{name}={json.dumps(value)}" for name, value in shown if value)
    level = logging.WARNING if event.is_failure else logging.INFO
    extra = {"security_event": {**fields, "details": entry.after}}
    logger.log(level, "%s", line, extra=extra)


def _count(entry: AuditEntry) -> None:
    """Count a failure in the entry of those that are alike, or write its first one."""
    now = timezone.now()
    window = int(now.timestamp()) // WINDOW_SECONDS
    entry.alike = _hashed(window, entry.action, entry.target_id, network_of(entry.address))
    entry.last_at = now
    if _counted(entry):
        return
    if _failures_in(window) >= MOST_FAILURES:
        _make_collective(entry, window)
        if _counted(entry):
            return
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        # Another process has just written it.
        _counted(entry)


def _counted(entry: AuditEntry) -> bool:
    known = AuditEntry.objects.filter(alike=entry.alike)
    return bool(known.update(times=F("times") + 1, last_at=entry.last_at))


def _failures_in(window: int) -> int:
    begin = datetime.fromtimestamp(window * WINDOW_SECONDS, UTC)
    return AuditEntry.objects.filter(at__gte=begin, alike__isnull=False)[:MOST_FAILURES].count()


def _make_collective(entry: AuditEntry, window: int) -> None:
    entry.alike = _hashed(window, entry.action)
    entry.target_type = entry.target_id = entry.target_name = ""
    entry.address = entry.user_agent = ""
    entry.after = {}


def _hashed(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
