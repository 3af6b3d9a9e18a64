"""Which processes count as dead, above all after their locks have failed with the database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from conversations.generation import processes
from conversations.generation.processes import LATEST_RETURN, Membership
from conversations.models import Process

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


class Locks:
    """Locks that nobody holds, and that failed for the last time at ``failed_at``."""

    is_exclusive = False

    def __init__(self, failed_at: datetime) -> None:
        self._failed_at = failed_at

    def take(self, process: UUID) -> bool:
        return True

    def free(self, process: UUID) -> None:
        pass

    def back_at(self) -> datetime:
        return self._failed_at

    def others(self) -> list[str]:
        return []

    def close(self) -> None:
        pass


def is_dead(monkeypatch: pytest.MonkeyPatch, *, seen_at: datetime, failed_at: datetime) -> bool:
    """True if a process counts as dead that was seen then and holds no lock."""
    monkeypatch.setattr(processes, "process_locks", lambda: Locks(failed_at))
    process = Process.objects.create(name="another one", seen_at=seen_at)
    return list(Membership().dead()) == [process.pk]


def test_one_without_its_lock_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    never = datetime.min.replace(tzinfo=UTC)
    assert is_dead(monkeypatch, seen_at=timezone.now(), failed_at=never)


def test_one_may_live_that_has_not_been_seen_since_all_locks_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = timezone.now()
    assert not is_dead(monkeypatch, seen_at=now - 2 * SECOND, failed_at=now - SECOND)


def test_one_that_has_been_seen_since_then_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    assert is_dead(monkeypatch, seen_at=now - SECOND, failed_at=now - 2 * SECOND)


def test_one_is_dead_that_does_not_return_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = timezone.now() - LATEST_RETURN - SECOND
    assert is_dead(monkeypatch, seen_at=long_ago - SECOND, failed_at=long_ago)
