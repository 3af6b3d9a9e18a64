"""Reads the rows of an export in pieces."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from conversations.database.threads import in_thread

ROWS_AT_ONCE = 2_000


async def in_pieces(
    entries: QuerySet[Any], moment: str, names: tuple[str, ...]
) -> AsyncIterator[list[dict[str, Any]]]:
    """The values of these fields of each entry, the newest by ``moment`` first.

    Each piece is from a query of its own, so that no transaction stays open and no more than one
    piece is in memory while a slow client reads.
    """
    after: tuple[datetime, int] | None = None
    while rows := await in_thread(partial(_rows_after, entries, moment, names, after)):
        yield rows
        after = rows[-1][moment], rows[-1]["pk"]


def _rows_after(
    entries: QuerySet[Any], moment: str, names: tuple[str, ...], after: tuple[datetime, int] | None
) -> list[dict[str, Any]]:
    if after:
        at, key = after
        is_later = Q(**{f"{moment}__lt": at}) | Q(**{moment: at, "pk__lt": key})
        entries = entries.filter(is_later, **{f"{moment}__lte": at})
    ordered = entries.order_by(f"-{moment}", "-pk").values("pk", *names)
    return list(ordered[:ROWS_AT_ONCE])
