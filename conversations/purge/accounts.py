"""Erases accounts that were deleted: everything that is theirs, and their names in the books.

:mod:`conversations.accounts.deletion` has closed them before, in one transaction: nobody can sign
in, read a link or use a key any more. What is left here may be much, and goes a little at a time;
a site that is stopped in between goes on after its next start.
"""

from collections.abc import Callable, Collection
from time import monotonic
from typing import Any

from django.db.models import QuerySet

from conversations.models import (
    DELETED_NAME,
    ApiKey,
    Conversation,
    Generation,
    KeptCompletion,
    LedgerEntry,
    Preset,
    ShareLink,
    UsageDay,
    User,
)
from conversations.purge.disk import empty_write_log, note_removed
from conversations.purge.rows import ROWS_AT_ONCE, erase_closed, erase_links, erase_rows


def erase_some() -> int:
    """Erase some records of one deleted account; returns how many, 0 when no account is left."""
    user = User.objects.filter(deleted_at__isnull=False).order_by("deleted_at").first()
    return _erase_some_of(user.pk) if user else 0


def erase(user_ids: Collection[int], seconds: float) -> None:
    """Erase these accounts for at most that long; the site's own purge does the rest."""
    end = monotonic() + seconds
    for user_id in user_ids:
        while monotonic() < end and _erase_some_of(user_id):
            pass
    note_removed()
    empty_write_log()


def _erase_some_of(user_id: int) -> int:
    """Erase what comes first, and the account itself as the last; returns the number of records."""
    return next((count for step in _STEPS if (count := step(user_id))), 0)


def _conversations(user_id: int) -> int:
    return erase_closed(Conversation.objects.filter(user=user_id))


def _links(user_id: int) -> int:
    return erase_links(ShareLink.objects.filter(user=user_id))


def _rows(model: Any) -> Callable[[int], int]:
    return lambda user_id: erase_rows(
        model._default_manager.filter(user=user_id), is_named_in_log=True
    )


def _ledger(user_id: int) -> int:
    return _unname(LedgerEntry.objects.filter(user=user_id), api_key_name="")


def _usage(user_id: int) -> int:
    return _unname(UsageDay.objects.filter(user=user_id))


def _unname(rows: "QuerySet[Any]", **fields: str) -> int:
    """Take the account out of rows that count what was used, for they are the site's books."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])
    changed = rows.model._default_manager.filter(pk__in=keys)
    return int(changed.update(user=None, username=DELETED_NAME, **fields))


def _account(user_id: int) -> int:
    """The row of the account, with everything small that refers to it."""
    return User.objects.filter(pk=user_id, deleted_at__isnull=False).delete()[0]


_STEPS: tuple[Callable[[int], int], ...] = (
    _links,
    _conversations,
    _rows(Generation),
    _rows(KeptCompletion),
    _rows(ApiKey),
    _rows(Preset),
    _ledger,
    _usage,
    _account,
)
