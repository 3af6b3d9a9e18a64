"""Only the owner of a running generation writes its log, and each entry only once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from conversations.generation import lifecycle, log
from conversations.generation.processes import OWNER
from conversations.models import Conversation, Generation, LoggedEvent
from conversations.transcript import Delta, Finished, encode
from tests.people import People

pytestmark = pytest.mark.django_db
SAID = encode(Delta(content="said"))


@pytest.fixture
def generation(people: People) -> Generation:
    """A running generation of this process, in its first epoch."""
    conversation = Conversation.objects.create(user=people.alice)
    return Generation.objects.create(
        user=people.alice, conversation=conversation, client_request_id=uuid4(), owner=OWNER
    )


def written(*generations: Generation, seq: int = 1) -> bool:
    """Append to the logs as the first owner; return whether every log accepted it."""
    entries = [log.Entry(each.pk, seq, SAID) for each in generations]
    held = log.append(entries, [(each.pk, OWNER, 1) for each in generations])
    return held == {each.pk for each in generations}


def stored(generation: Generation) -> list[tuple[int, str]]:
    """Return the numbers and the events in its log."""
    events = LoggedEvent.objects.filter(generation=generation).order_by("seq")
    return list(events.values_list("seq", "payload"))


def _next_epoch(generation: Generation) -> None:
    Generation.objects.filter(pk=generation.pk).update(epoch=2)


def _another_process(generation: Generation) -> None:
    Generation.objects.filter(pk=generation.pk).update(owner="another")


def _ended(generation: Generation) -> None:
    Generation.objects.filter(pk=generation.pk).update(status="stopped")


def _deleted(generation: Generation) -> None:
    Generation.objects.filter(pk=generation.pk).delete()


@pytest.mark.parametrize("lose", [_next_epoch, _another_process, _ended, _deleted])
def test_a_writer_that_lost_its_generation_writes_nothing(
    lose: Callable[[Generation], None], generation: Generation
) -> None:
    lose(generation)
    assert not written(generation)
    assert stored(generation) == []


def test_a_generation_that_was_lost_takes_nothing_from_another(
    people: People, generation: Generation
) -> None:
    other = Generation.objects.create(
        user=people.alice, client_request_id=uuid4(), owner=OWNER, epoch=1
    )
    _next_epoch(generation)
    assert not written(generation, other)
    assert (stored(generation), stored(other)) == ([], [(1, SAID)])


def test_a_commit_that_is_repeated_changes_nothing(generation: Generation) -> None:
    assert written(generation)
    again = log.Entry(generation.pk, 1, encode(Delta(content="otherwise")))
    assert log.append([again], [(generation.pk, OWNER, 1)]) == {generation.pk}
    assert stored(generation) == [(1, SAID)]


@pytest.mark.parametrize("lose", [_next_epoch, _another_process, _deleted])
def test_an_owner_that_lost_its_generation_does_not_end_it(
    lose: Callable[[Generation], None], generation: Generation
) -> None:
    lose(generation)
    assert lifecycle.finish(generation.pk, 1, Finished(cause="completed")) is None
    assert not Generation.objects.exclude(status="running").exists()


def begun(people: People, events: int, finished_ago: timedelta | None) -> Generation:
    """A generation with that many events, which has finished or is running."""
    ended = None if finished_ago is None else timezone.now() - finished_ago
    status = "running" if finished_ago is None else "completed"
    made = Generation.objects.create(
        user=people.alice, client_request_id=uuid4(), status=status, finished_at=ended
    )
    LoggedEvent.objects.bulk_create(
        [LoggedEvent(generation=made, seq=seq, payload=SAID) for seq in range(1, events + 1)]
    )
    return made


def test_events_are_pruned_by_time_in_transactions_that_are_short(people: People) -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    due = [begun(people, events, hour) for events in (1, log.REMOVED_AT_ONCE, 1100)]
    kept = [begun(people, 3, minute), begun(people, 3, None)]
    removed = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("DELETE"):
            removed.append(context["cursor"].rowcount)
        return result

    before = timezone.now() - 10 * minute
    with connection.execute_wrapper(note):
        while log.prune(before):
            pass
    assert sum(removed) == 1101 + log.REMOVED_AT_ONCE
    assert max(removed) == log.REMOVED_AT_ONCE
    assert [stored(each) for each in due] == [[], [], []]
    assert [len(stored(each)) for each in kept] == [3, 3]


def test_pruning_reads_the_logs_and_not_all_answers_of_years(people: People) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides by the sizes of tables, which are small here.")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {log._DUE}", ["2026-01-01", 1])
        steps = [row[3] for row in cursor.fetchall()]
    assert steps[0] == "SEARCH first USING COVERING INDEX begun_logs (seq=?)"
    assert steps[1].startswith("SEARCH generation USING ")
