"""The log of events: appended in batches, read from a cursor, pruned after a while."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from conversations.models import LoggedEvent
from conversations.transcript import Event, decode

READ_LIMIT = 2000
# The generations whose events are removed by one call, and the events in a transaction.
PRUNED_AT_ONCE, REMOVED_AT_ONCE = 100, 500
_INSERT = """
    INSERT INTO conversations_loggedevent (generation_id, seq, payload) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""
# In the same order as other code that locks several rows: see recovery.end_for_users.
_OWNED = """
    SELECT id, owner, epoch FROM conversations_generation
    WHERE status = 'running' AND id IN ({}) ORDER BY id
"""
# The numbers of a generation's events have no gaps.
_UNREAD = """
    WITH wanted(id, seq) AS (VALUES {})
    SELECT wanted.id, wanted.seq, generation.status = 'running', event.payload
    FROM wanted
    JOIN conversations_generation AS generation ON generation.id = wanted.id
    LEFT JOIN conversations_loggedevent AS event ON event.generation_id = wanted.id
        AND event.seq > wanted.seq AND event.seq <= wanted.seq + %s
    ORDER BY event.seq
"""
# The condition of the index, whose value has to be written here for SQLite to use it.
_DUE = """
    SELECT first.generation_id, (
        SELECT max(seq) FROM conversations_loggedevent WHERE generation_id = first.generation_id
    )
    FROM conversations_loggedevent AS first
    JOIN conversations_generation AS generation ON generation.id = first.generation_id
    WHERE first.seq = 1 AND generation.finished_at < %s LIMIT %s
"""
_REMOVE = "DELETE FROM conversations_loggedevent WHERE generation_id = %s AND seq > %s"
_PAYLOADS = "SELECT payload FROM conversations_loggedevent WHERE generation_id = %s ORDER BY seq"


class Entry(NamedTuple):
    """One event to append to the log."""

    generation_id: UUID
    seq: int
    payload: str


class Cursor(NamedTuple):
    """The number of the last event of a generation that a follower has."""

    generation_id: UUID
    seq: int


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
        insert([entry for entry in entries if entry.generation_id in owned])
    return owned


def insert(entries: Iterable[Entry]) -> None:
    """Store the entries, in the caller's transaction."""
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


@lru_cache(maxsize=1024)
def _stored(generation_id: UUID) -> Any:
    return LoggedEvent.generation.field.get_db_prep_save(generation_id, connection)


def read_after(cursors: Sequence[Cursor]) -> dict[Cursor, Unread]:
    """Return the payloads behind each cursor, at most 2,000 of each.

    Status and events are of one moment: if a generation is finished, all of its events are there.
    """
    unread = {cursor: Unread([], is_running=False) for cursor in cursors}
    stored = {(_stored(cursor.generation_id), cursor.seq): cursor for cursor in cursors}
    statement = _UNREAD.format(", ".join(["(%s, %s)"] * len(stored)))
    with connection.cursor() as database:
        database.execute(statement, [*(value for each in stored for value in each), READ_LIMIT])
        for generation_id, seq, is_running, payload in database.fetchall():
            cursor = stored[generation_id, seq]
            unread[cursor] = Unread(unread[cursor].payloads, bool(is_running))
            if payload is not None:
                unread[cursor].payloads.append(payload)
    return unread


def events_of(generation_id: UUID) -> list[Event]:
    """Return every event of the generation so far, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYLOADS, [_stored(generation_id)])
        return [decode(payload) for (payload,) in cursor.fetchall()]


def prune(finished_before: datetime) -> int:
    """Delete events of generations that finished before then: their messages have the text.

    Removes some of them; returns their number, 0 when none is left. Writers wait for one
    transaction of :data:`REMOVED_AT_ONCE` events at most. The first event goes last, because it
    says that there is a log.
    """
    before = connection.ops.adapt_datetimefield_value(finished_before)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [before, PRUNED_AT_ONCE])
        due = cursor.fetchall()
    return sum(_remove(generation_id, last) for generation_id, last in due)


def _remove(generation_id: Any, last: int) -> int:
    removed = 0
    for after in reversed(range(0, last, REMOVED_AT_ONCE)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_REMOVE, [generation_id, after])
            removed += cursor.rowcount
    return removed
