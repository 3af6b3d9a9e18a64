"""The log of events: appended to in batches, read from a cursor, pruned when nobody needs it."""

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
# In one order with whoever else takes several: see recovery.end_for_users.
_HELD = """
    SELECT id, owner, epoch FROM conversations_generation
    WHERE status = 'running' AND id IN ({}) ORDER BY id
"""
_PAYLOADS = "SELECT payload FROM conversations_loggedevent WHERE generation_id = %s ORDER BY seq"


class Entry(NamedTuple):
    """One event on its way into the log."""

    generation_id: UUID
    seq: int
    payload: str


class Unread(NamedTuple):
    """What a reader still lacks, in order, and whether more may come."""

    payloads: list[str]
    is_running: bool


def append(entries: Sequence[Entry], owners: Iterable[tuple[UUID, str, int]]) -> set[UUID]:
    """Store the entries of those generations that (id, owner, epoch) still own; give their ids.

    One transaction. Storing the same entries again changes nothing, so that a commit whose
    answer was lost can be repeated.
    """
    with transaction.atomic():
        held = _held(owners)
        _insert([entry for entry in entries if entry.generation_id in held])
    return held


def _insert(entries: Iterable[Entry]) -> None:
    # One object of the ORM for each token costs three times what SQLite needs to store it.
    rows = [(_stored(entry.generation_id), entry.seq, entry.payload) for entry in entries]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)


def _held(owners: Iterable[tuple[UUID, str, int]]) -> set[UUID]:
    wanted = {(_stored(pk), owner, epoch): pk for pk, owner, epoch in owners}
    places = ", ".join(["%s"] * len(wanted))
    locking = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(places) + locking, [key[0] for key in wanted])
        return {wanted[row] for row in cursor.fetchall() if row in wanted}


def _stored(generation_id: UUID) -> Any:
    return LoggedEvent.generation.field.get_db_prep_save(generation_id, connection)


def read_after(generation_id: UUID, seq: int) -> Unread:
    """The payloads after ``seq``, at most 2,000 of them.

    The status is read first: when it says finished, everything has been committed before.
    """
    status = Generation.objects.filter(pk=generation_id).values_list("status", flat=True).first()
    rows = LoggedEvent.objects.filter(generation=generation_id, seq__gt=seq).order_by("seq")
    payloads = list(rows.values_list("payload", flat=True)[:READ_LIMIT])
    return Unread(payloads, status == Generation.Status.RUNNING)


def events_of(generation_id: UUID) -> list[Event]:
    """Every event of the generation so far, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYLOADS, [_stored(generation_id)])
        return [decode(payload) for (payload,) in cursor.fetchall()]


def prune(finished_before: datetime) -> int:
    """Forget the events of generations that finished before then; their messages hold it all."""
    old = LoggedEvent.objects.filter(generation__finished_at__lt=finished_before)
    return old.delete()[0]
