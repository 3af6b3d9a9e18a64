"""Every field that is stored of a generation without messages."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations.generation import lifecycle, recovery, stops
from conversations.generation.lifecycle import UpstreamTrace
from conversations.models import Generation, Hold, LanguageModel, LedgerEntry
from conversations.quotas.settlement import Measured
from conversations.transcript import (
    Finished,
)
from tests.generation.records import USAGE, api_run, sent
from tests.people import People


def test_an_api_run_ends_once_with_its_usage(people: People, model: LanguageModel) -> None:
    generation = api_run(people, model)
    last = Finished(cause="completed", usage=USAGE)
    measured = Measured(began=True, first_token_ms=40)
    used = lifecycle.finish_api_run(generation.pk, 1, last, measured, trace=UpstreamTrace("cmpl-1"))
    assert used is not None
    assert (used.prompt_tokens, used.completion_tokens) == (9, 12)
    generation.refresh_from_db()
    assert (generation.status, generation.upstream_id) == ("completed", "cmpl-1")
    assert (generation.prompt_tokens, generation.completion_tokens) == (9, 12)
    assert (generation.usage_source, generation.first_token_ms) == ("provider", 40)
    assert lifecycle.finish_api_run(generation.pk, 1, Finished(cause="failed")) is None
    assert LedgerEntry.objects.get().outcome == generation.status == "completed"


def test_an_owner_of_an_older_epoch_ends_no_api_run(people: People, model: LanguageModel) -> None:
    generation = api_run(people, model, epoch=2)
    assert lifecycle.finish_api_run(generation.pk, 1, Finished(cause="completed")) is None
    generation.refresh_from_db()
    assert (generation.status, Hold.objects.count()) == ("running", 1)


def test_after_a_crash_an_api_run_costs_its_last_noted_progress(
    people: People, model: LanguageModel
) -> None:
    noted, begun, silent = (api_run(people, model) for _ in range(3))
    lifecycle.note_progress({noted.pk: 17, begun.pk: 0})
    assert recovery.end_not_begun() == 3
    entries = {each.generation_id: each for each in LedgerEntry.objects.all()}
    assert (entries[noted.pk].completion_tokens, entries[noted.pk].requests) == (17, 1)
    assert (entries[begun.pk].completion_tokens, entries[begun.pk].requests) == (0, 1)
    assert (entries[silent.pk].completion_tokens, entries[silent.pk].requests) == (0, 0)
    assert entries[noted.pk].outcome == "interrupted"
    assert entries[noted.pk].error_code == "restarted"
    assert set(Generation.objects.values_list("upstream_id", flat=True)) == {""}


def test_no_progress_is_noted_for_a_run_that_has_ended(
    people: People, model: LanguageModel
) -> None:
    ended_one, running = api_run(people, model), api_run(people, model)
    last = Finished(cause="completed", usage=USAGE)
    lifecycle.finish_api_run(ended_one.pk, 1, last, Measured(began=True))
    lifecycle.note_progress({ended_one.pk: 99, running.pk: 5})
    tokens = dict(Generation.objects.values_list("pk", "completion_tokens"))
    assert tokens == {ended_one.pk: 12, running.pk: 5}


def asked_to_stop() -> set[UUID]:
    return set(stops.requested_stops())


def test_a_stop_is_asked_for_once_and_only_of_what_runs_here(
    people: People, model: LanguageModel
) -> None:
    first, other, done = (api_run(people, model) for _ in range(3))
    elsewhere = api_run(people, model, owner="elsewhere")
    lifecycle.finish_api_run(done.pk, 1, Finished(cause="completed"))
    for each in (first, done, elsewhere):
        stops.request_stop(each)
    assert asked_to_stop() == {first.pk}
    assert Generation.objects.get(pk=done.pk).stop_requested_at is None
    assert Generation.objects.get(pk=other.pk).stop_requested_at is None
    asked_at = Generation.objects.get(pk=first.pk).stop_requested_at
    stops.request_stop(first)
    assert Generation.objects.get(pk=first.pk).stop_requested_at == asked_at


def test_what_is_known_young_or_anothers_is_not_taken_for_lost(
    people: People, model: LanguageModel
) -> None:
    lost, known, young = (api_run(people, model) for _ in range(3))
    elsewhere = api_run(people, model, owner="elsewhere")
    long_ago = timezone.now() - timedelta(minutes=2)
    old = [lost.pk, known.pk, elsewhere.pk]
    Generation.objects.filter(pk__in=old).update(created_at=long_ago)
    assert recovery.end_not_begun([known.pk], timedelta(minutes=1)) == 1
    running = set(Generation.objects.running().values_list("pk", flat=True))
    assert running == {known.pk, young.pk, elsewhere.pk}


def test_what_runs_for_an_account_that_goes_is_ended_and_settled(
    people: People, model: LanguageModel
) -> None:
    turn, program = sent(people, model), api_run(people, model)
    program_of_bob = api_run(people, model)
    Generation.objects.filter(pk=program_of_bob.pk).update(user=people.bob)
    with transaction.atomic():
        assert recovery.end_for_users([people.alice.pk]) == 2
    for each in (turn.generation, program):
        each.refresh_from_db()
        assert (each.status, each.error_code) == ("stopped", "deactivated")
    program_of_bob.refresh_from_db()
    assert program_of_bob.status == "running"
    assert Hold.objects.count() == 1
