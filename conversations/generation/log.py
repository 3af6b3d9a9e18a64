"""The log of events: appended in batches, read from a cursor, pruned after a while."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from conversations.models import Generation, LoggedEvent
from conversations.transcript import Event, decode

READ_LIMIT = 2000
_INSERT = """
    INSERT INTO conversations_loggedevent (generation_id, seq, payload) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""
# In the same order as other code that locks several rows: see recovery.end_for_users.
_OWNED = """
    SELECT id, owner, epoch FROM conversations_generation
    WHERE status = 'running' AND id IN ({}) ORDER BY id
"""
_PAYLOADS = "SELECT payload FROM conversations_loggedevent WHERE generation_id = %s ORDER BY seq"


class Entry(NamedTuple):
    """One event to append to the log."""

    generation_id: UUID
    seq: int
    payload: str


class Unread(NamedTuple):
    """The events after a cursor, in order, and whether more may come."""

    payloads: list[str]
    is_running: bool


def append(entries: Sequence[Entry], owners: Iterable[tuple[UUID, str, int]]) -> set[UUID]:
    """Store the entries of the generations that (id, owner, epoch) still own; return their ids.

    One transaction. Storing the same entries again changes nothing, so that a commit with an
    unknown outcome can be repeated.
    """
    with transaction.atomic():
        owned = _owned(owners)
        _insert([entry for entry in entries if entry.generation_id in owned])
    return owned


def _insert(entries: Iterable[Entry]) -> None:
    # A model instance for each token costs three times as much as SQLite needs to store it.
    rows = [(_stored(entry.generation_id), entry.seq, entry.payload) for entry in entries]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)


def _owned(owners: Iterable[tuple[UUID, str, int]]) -> set[UUID]:
    claims = {(_stored(pk), owner, epoch): pk for pk, owner, epoch in owners}
    places = ", ".join(["%s"] * len(claims))
    locking = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_OWNED.format(places) + locking, [key[0] for key in claims])
        return {claims[row] for row in cursor.fetchall() if row in claims}


def _stored(generation_id: UUID) -> Any:
    return LoggedEvent.generation.field.get_db_prep_save(generation_id, connection)


def read_after(generation_id: UUID, seq: int) -> Unread:
    """Return the payloads after ``seq``, at most 2,000 of them.

    Reads the status first: if the generation is finished, all of its events are committed.
    """
    status = Generation.objects.filter(pk=generation_id).values_list("status", flat=True).first()
    rows = LoggedEvent.objects.filter(generation=generation_id, seq__gt=seq).order_by("seq")
    payloads = list(rows.values_list("payload", flat=True)[:READ_LIMIT])
    return Unread(payloads, status == Generation.Status.RUNNING)


def events_of(generation_id: UUID) -> list[Event]:
    """Return every event of the generation so far, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYLOADS, [_stored(generation_id)])
        return [decode(payload) for (payload,) in cursor.fetchall()]


def prune(finished_before: datetime) -> int:
    """Delete the events of generations that finished before then: their messages have the text."""
    old = LoggedEvent.objects.filter(generation__finished_at__lt=finished_before)
    return old.delete()[0]
