"""The database of a site, read beside the running site, on either store."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg


class Unavailable(Exception):
    """The database cannot be read just now."""


class Database(Protocol):
    """A connection that only reads, with a place in SQL for a parameter."""

    place: str

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises :class:`Unavailable`."""

    def close(self) -> None:
        """Close the connection."""


class SqliteDatabase:
    """A database file."""

    place = "?"

    def __init__(self, file: Path) -> None:
        address = f"file:{file}?mode=ro"
        self._connection = sqlite3.connect(address, uri=True, isolation_level=None)

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises :class:`Unavailable`."""
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            raise Unavailable from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class PostgresDatabase:
    """A database of a server that may be restarted."""

    place = "%s"

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: psycopg.Connection[Any] | None = None

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises :class:`Unavailable`."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._address, autocommit=True)
            return self._connection.execute(statement, values).fetchall()
        except psycopg.OperationalError as error:
            self.close()
            raise Unavailable from error

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(frozen=True)
class GenerationRow:
    """A generation as it is stored."""

    id: UUID
    user_id: int
    client_request_id: UUID
    conversation_id: UUID | None
    status: str
    last_seq: int


@dataclass(frozen=True)
class MessageRow:
    """A message as it is stored."""

    id: UUID
    role: str
    content: str
    generation_id: UUID | None


@dataclass(frozen=True)
class CounterRow:
    """A counter of a user, in all."""

    user_id: int
    measure: str
    used: int
    held: int


@dataclass(frozen=True)
class LinkRow:
    """A share link: what its page shows, and the snapshot that this was made of."""

    id: UUID
    article: str
    snapshot: Any
    snapshot_at: str


@dataclass(frozen=True)
class EntryRow:
    """An entry of the ledger."""

    generation_id: UUID
    user_id: int
    requests: int
    prompt_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        """The tokens that were charged."""
        return self.prompt_tokens + self.completion_tokens


@dataclass
class Records:
    """Everything that is stored of some users."""

    generations: dict[UUID, GenerationRow]
    events: dict[UUID, dict[int, str]]
    messages: dict[UUID, MessageRow]
    ledger: list[EntryRow]
    holds: int
    counters: list[CounterRow]
    links: dict[UUID, LinkRow]
    kept: dict[UUID, str] = field(default_factory=dict)


def counters_of(database: Database, users: Sequence[int]) -> list[CounterRow]:
    """The counters of users, in all."""
    found = _of(database, "user_id, measure, used, held", "conversations_counter", "user_id", users)
    return [CounterRow(*row) for row in found]


def links_of(database: Database, users: Sequence[int]) -> dict[UUID, LinkRow]:
    """The links of users."""
    columns = "id, article, snapshot, snapshot_at"
    found = _of(database, columns, "conversations_sharelink", "user_id", users)
    links = [LinkRow(_uuid(row[0]), row[1], _json(row[2]), str(row[3])) for row in found]
    return {link.id: link for link in links}


def running(database: Database, users: Sequence[int]) -> int:
    """The number of their generations that run."""
    found = _of(database, "status", "conversations_generation", "user_id", users)
    return sum(row == ("running",) for row in found)


def records_of(database: Database, users: Sequence[int]) -> Records:
    """Everything that is stored of those users."""
    generations = _generations(database, users)
    ids = [_stored(database, each) for each in generations]
    events: dict[UUID, dict[int, str]] = {each: {} for each in generations}
    for generation, seq, payload in _of(
        database, "generation_id, seq, payload", "conversations_loggedevent", "generation_id", ids
    ):
        events[_uuid(generation)][seq] = payload
    columns = "generation_id, user_id, requests, prompt_tokens, completion_tokens"
    entries = _of(database, columns, "conversations_ledgerentry", "user_id", users)
    kept = _of(database, "generation_id, answer", "conversations_keptcompletion", "user_id", users)
    return Records(
        generations=generations,
        events=events,
        messages=_messages(database, generations.values()),
        ledger=[EntryRow(_uuid(row[0]), *row[1:]) for row in entries],
        holds=len(_of(database, "id", "conversations_hold", "user_id", users)),
        counters=counters_of(database, users),
        links=links_of(database, users),
        kept={_uuid(row[0]): row[1] for row in kept},
    )


def _generations(database: Database, users: Sequence[int]) -> dict[UUID, GenerationRow]:
    columns = "id, user_id, client_request_id, conversation_id, status, last_seq"
    found = _of(database, columns, "conversations_generation", "user_id", users)
    rows = [
        GenerationRow(_uuid(pk), user, _uuid(request), chat and _uuid(chat), status, seq)
        for pk, user, request, chat, status, seq in found
    ]
    return {row.id: row for row in rows}


def _messages(database: Database, generations: Iterable[GenerationRow]) -> dict[UUID, MessageRow]:
    chats = {each.conversation_id for each in generations if each.conversation_id}
    ids = [_stored(database, chat) for chat in chats]
    columns = "id, role, content, generation_id"
    found = _of(database, columns, "conversations_message", "conversation_id", ids)
    rows = [MessageRow(_uuid(pk), role, text, run and _uuid(run)) for pk, role, text, run in found]
    return {row.id: row for row in rows}


def _of(
    database: Database, columns: str, table: str, key: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    if not values:
        return []
    places = ", ".join([database.place] * len(values))
    return database.rows(
        f"SELECT {columns} FROM {table} WHERE {key} IN ({places})",
        list(values),
    )


def _stored(database: Database, value: UUID) -> Any:
    return value.hex if isinstance(database, SqliteDatabase) else value


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
