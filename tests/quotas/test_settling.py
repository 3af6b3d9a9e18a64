"""Settlement: however an answer ends, its hold is replaced by its usage, once."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import transaction

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle, log, recovery
from conversations.generation.processes import OWNER
from conversations.models import Counter, Generation, Hold, LedgerEntry, UsageDay, User
from conversations.quotas.reservation import standings
from conversations.quotas.settlement import Measured
from conversations.refusal import Refused
from conversations.transcript import Cause, Delta, Finished, TokenCounts, encode
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit, used_by

CAUSES: tuple[Cause, ...] = ("completed", "stopped", "interrupted", "failed")
USAGES = {
    "present": TokenCounts(9, 12, 21),
    "missing": None,
    "zero": TokenCounts(0, 0, 0),
    "absurd": TokenCounts(10**12, 10**12, 2 * 10**12),
    "negative": TokenCounts(-5, -7, -12),
}
SAID = "Twelve tokens or so are in this sentence here."


@pytest.fixture(autouse=True)
def limits(people: People) -> Iterator[None]:
    limit(1_000_000)
    limit(100, "requests")
    limit(10**9, "cost")
    yield
    assert_books_balance()


@pytest.fixture
def model_name(db: None) -> str:
    model = make_model()
    model.prompt_price, model.completion_price = 2, 8
    model.save()
    return model.name


def begun(user: User, model_name: str, said: str = "") -> Generation:
    """A running generation with some text."""
    sending = NewMessage(None, None, "Tell me about tea.", model_name, {"max_tokens": 200})
    with transaction.atomic():
        generation = turns.send(user, uuid4(), sending).generation
    if said:
        entry = log.Entry(generation.pk, 1, encode(Delta(content=said)))
        log.append([entry], [(generation.pk, OWNER, 1)])
    return generation


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("said", ["", SAID], ids=["before the first token", "after it"])
def test_every_kind_of_end_settles_once(
    people: People, model_name: str, cause: Cause, usage: str, said: str
) -> None:
    generation = begun(people.alice, model_name, said)
    last = Finished(cause=cause, usage=USAGES[usage])
    for _ in range(2):
        lifecycle.finish(generation.pk, 1, last, Measured(began=True, pieces=12 if said else 0))
    entry = LedgerEntry.objects.get()
    assert Hold.objects.count() == 0
    assert entry.outcome == cause
    assert used_by(people.alice, "tokens") == entry.prompt_tokens + entry.completion_tokens
    assert used_by(people.alice, "requests") == 1
    expected = "provider" if usage == "present" or (usage == "zero" and not said) else "estimate"
    assert entry.source == expected
    if usage == "present":
        assert (entry.prompt_tokens, entry.completion_tokens) == (9, 12)
        assert entry.cost_micros == 9 * 2 + 12 * 8


def test_an_estimate_counts_the_deltas_of_a_server_that_sends_a_token_in_each(
    people: People, model_name: str
) -> None:
    generation = begun(people.alice, model_name, SAID)
    lifecycle.finish(generation.pk, 1, Finished(cause="stopped"), Measured(began=True, pieces=11))
    assert LedgerEntry.objects.get().completion_tokens == 11


def test_a_request_that_the_upstream_never_started_costs_nothing(
    people: People, model_name: str
) -> None:
    generation = begun(people.alice, model_name)
    lifecycle.finish(generation.pk, 1, Finished(cause="failed"), Measured(began=False))
    entry = LedgerEntry.objects.get()
    assert (entry.source, entry.requests, entry.prompt_tokens) == ("none", 0, 0)


def test_after_a_crash_the_logged_text_is_charged_and_nothing_stays_held(
    people: People, model_name: str
) -> None:
    begun(people.alice, model_name, SAID)
    begun(people.alice, model_name)
    assert recovery.end_not_begun() == 2
    assert Hold.objects.count() == 0
    assert sorted(entry.requests for entry in LedgerEntry.objects.all()) == [0, 1]
    assert {each.held for each in standings(people.alice, None)} == {0}


def test_after_a_crash_a_continuation_is_charged_for_what_it_added(
    people: People, model_name: str
) -> None:
    first = begun(people.alice, model_name, SAID)
    lifecycle.finish(first.pk, 1, Finished(cause="stopped"), Measured(began=True))
    with transaction.atomic():
        turn = turns.continue_answer(people.alice, uuid4(), first.messages.get().pk)
    second = turn.generation
    entry = log.Entry(second.pk, 1, encode(Delta(content="four" * 5)))
    log.append([entry], [(second.pk, OWNER, 1)])
    assert recovery.end_not_begun() == 1
    assert LedgerEntry.objects.get(generation_id=second.pk).completion_tokens == 5


def test_a_refused_message_leaves_no_trace(people: People, model_name: str) -> None:
    limit(0, "requests", user=people.alice)
    with pytest.raises(Refused) as refused:
        begun(people.alice, model_name)
    assert refused.value.code == "quota_exceeded"
    assert Generation.objects.count() == Hold.objects.count() == LedgerEntry.objects.count() == 0
    assert Counter.objects.filter(held__gt=0).count() == 0


def test_the_day_is_the_sum_of_its_entries(people: People, model_name: str) -> None:
    for _ in range(3):
        generation = begun(people.alice, model_name, SAID)
        last = Finished(cause="completed", usage=USAGES["present"])
        lifecycle.finish(generation.pk, 1, last, Measured(True, 12, first_token_ms=40))
    day = UsageDay.objects.get()
    assert (day.answers, day.requests, day.estimated) == (3, 3, 0)
    assert (day.prompt_tokens, day.completion_tokens) == (27, 36)
    assert (day.first_token_ms, day.first_token_answers) == (120, 3)


def test_the_ledger_outlives_the_conversation_and_the_user(people: People, model_name: str) -> None:
    generation = begun(people.bob, model_name, SAID)
    lifecycle.finish(generation.pk, 1, Finished(cause="completed"), Measured(True, 12))
    people.bob.delete()
    entry = LedgerEntry.objects.get()
    assert (entry.user, entry.username, entry.model_name) == (None, "bob", model_name)


def test_tools_that_are_added_in_a_later_turn_are_counted(people: People, model_name: str) -> None:
    first = begun(people.alice, model_name, SAID)
    last = Finished(cause="completed", usage=USAGES["present"])
    lifecycle.finish(first.pk, 1, last, Measured(True, 12))
    function = {"name": "f", "description": "x" * 20_000}
    asked = {"max_tokens": 200, "tools": [{"type": "function", "function": function}]}
    sending = NewMessage(first.conversation_id, first.messages.get().pk, "And?", model_name, asked)
    with transaction.atomic():
        second = turns.send(people.alice, uuid4(), sending).generation
    last = Finished(cause="completed", usage=TokenCounts(5_000, 12, 5_012))
    lifecycle.finish(second.pk, 1, last, Measured(True, 12))
    entry = LedgerEntry.objects.get(generation_id=second.pk)
    assert (entry.source, entry.prompt_tokens) == ("provider", 5_000)
