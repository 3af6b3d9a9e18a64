"""JSON in pieces, from rows that are read a few at a time.

No query stays open between two pieces, because each may be made on another thread, and a slow
client may take minutes for one.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

ROWS_AT_ONCE = 500
# The largest texts that are in memory at the same time, unless a single one is larger.
CHARACTERS_AT_ONCE = 1_000_000


def as_json(value: Any) -> str:
    """The value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def object_with_list(head: dict[str, Any], name: str, items: Iterable[Any]) -> Iterator[str]:
    """A JSON object that ends with a list of that name, one item on each line."""
    yield as_json(head)[:-1] + f', "{name}": ['
    for number, item in enumerate(items):
        yield (",\n" if number else "\n") + as_json(item)
    yield "\n]}\n"


def moment(at: datetime | None) -> str | None:
    """The moment in UTC, as ISO 8601."""
    return at.astimezone(UTC).isoformat() if at else None


def now() -> str | None:
    """The present moment."""
    return moment(timezone.now())


def rows_of(rows: "QuerySet[Any]") -> Iterator[Any]:
    """The rows by their keys, some at a time."""
    last: Any = None
    while some := list((rows.filter(pk__gt=last) if last else rows).order_by("pk")[:ROWS_AT_ONCE]):
        yield from some
        last = _key(some[-1])


def by_size(sizes: Iterable[tuple[Any, int]]) -> Iterator[list[Any]]:
    """The keys in groups whose texts are at most :data:`CHARACTERS_AT_ONCE` long together."""
    group: list[Any] = []
    total = 0
    for key, size in sizes:
        if group and (total + size > CHARACTERS_AT_ONCE or len(group) == ROWS_AT_ONCE):
            yield group
            group, total = [], 0
        group.append(key)
        total += size
    if group:
        yield group


def _key(row: Any) -> Any:
    return row.pk if isinstance(row, Model) else row["pk"]


def _plain(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else str(value)
