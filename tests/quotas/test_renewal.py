"""Renewals: a hold grows in steps, up to what its limits have left, and never beyond."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, Counter, Generation, Hold, LanguageModel, LedgerEntry
from conversations.quotas import reservation
from conversations.quotas.amounts import Limit
from conversations.quotas.lease import Lease, largest
from conversations.quotas.renewal import Asking, renew
from conversations.quotas.reservation import Wanted, reserve
from conversations.quotas.settlement import Measured, settle
from conversations.quotas.tokens import PromptSize
from conversations.transcript import Finished, TokenCounts, Transcript
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit

PROMPT = PromptSize(careful=100, estimate=30)


@pytest.fixture
def model(db: None) -> LanguageModel:
    return make_model()


def running(
    people: People,
    model: LanguageModel,
    max_tokens: int | None = 1,
    key: ApiKey | None = None,
    user: str = "alice",
) -> tuple[Generation, Lease]:
    """A running generation and its first lease."""
    person = getattr(people, user)
    generation = Generation.objects.create(
        user=person, language_model=model, client_request_id=uuid4(), owner="main", api_key=key
    )
    with transaction.atomic():
        granted = reserve(generation.pk, Wanted(person, model, PROMPT, max_tokens, key=key))
    return generation, granted.lease


def renewed(generation: Generation, lease: Lease, tokens: int) -> Lease:
    return renew([Asking(generation.pk, lease, tokens)])[generation.pk]


def end(generation: Generation, tokens: int = 40) -> None:
    """End a generation with this usage."""
    last = Finished(cause="completed", usage=TokenCounts(30, tokens, 30 + tokens))
    with transaction.atomic():
        settle(generation, last, Transcript(), Measured(True, text_bytes=4 * tokens))
    Generation.objects.filter(pk=generation.pk).update(status="completed")


@pytest.mark.parametrize(
    ("held", "asked", "tokens", "expected"),
    [
        (1, 1, 2, 513),  # a step of 512 at least
        (512, 1, 600, 1_024),
        (4_000, 1, 3_300, 5_000),  # a quarter of the hold, where that is more
        (512, 10_000, 410, 1_024),
        (900, 1_000, 721, 1_000),  # no more than was asked for
        (900, 1_000, 1_200, 1_200),  # but all that has come
        (1, 1, 5_000, 5_000),
    ],
)
def test_a_step_is_512_tokens_or_a_quarter_of_the_hold(
    held: int, asked: int, tokens: int, expected: int
) -> None:
    assert Lease(held, asked).extended(tokens) == expected


def test_a_run_asks_at_four_fifths_unless_it_holds_all_that_was_asked_for() -> None:
    assert Lease(held=1_000, asked=5_000).renewed_from == 800
    assert Lease(held=1_000, asked=1_000).renewed_from == 1_000
    assert Lease(held=1_000, asked=1).renewed_from == 800


@pytest.mark.parametrize("bound", range(-1, 12))
def test_the_largest_number_that_fits(bound: int) -> None:
    assert largest(-1, 10, lambda number: number <= bound) == min(bound, 10)


def test_a_hold_grows_in_the_counters_of_every_limit_that_counts_it(
    people: People, model: LanguageModel
) -> None:
    model.prompt_price, model.completion_price = Decimal(2), Decimal(8)
    model.save()
    key, _secret = api_keys.create(
        people.alice, KeyChoices("nightly", limits=[Limit("tokens", "day", None, 5_000)])
    )
    limit(10_000)
    limit(10_000, period="month")
    limit(100_000, "cost")
    limit(10, "requests")
    generation, lease = running(people, model, key=key)
    lease = renewed(generation, lease, 2)
    assert lease == Lease(held=513, asked=1, longest=1)
    assert Hold.objects.get().completion_bound == 513
    held = {(each.measure, each.period, each.key_scope): each.held for each in counters()}
    assert held == {
        ("cost", "day", 0): 30 * 2 + 513 * 8,
        ("requests", "day", 0): 1,
        ("tokens", "day", 0): 543,
        ("tokens", "day", key.pk): 543,
        ("tokens", "month", 0): 543,
    }
    assert_books_balance()
    end(generation)
    assert {each.held for each in counters()} == {0}
    assert_books_balance()


def counters() -> list[Counter]:
    return list(Counter.objects.all())


@pytest.mark.parametrize(
    ("amount", "fields", "held"),
    [
        (500, {}, 470),
        (500, {"period": "month"}, 470),
        (542, {}, 512),
        (2_860, {"measure": "cost"}, 350),  # 30 * 2 + 350 * 8
        (2_867, {"measure": "cost"}, 350),
    ],
)
def test_what_is_left_is_given_where_a_step_does_not_fit_and_the_limit_is_named(
    people: People, model: LanguageModel, amount: int, fields: dict[str, str], held: int
) -> None:
    model.prompt_price, model.completion_price = Decimal(2), Decimal(8)
    model.save()
    limit(1_000_000, period="total")
    rule = limit(amount, **fields)
    generation, lease = running(people, model)
    lease = renewed(generation, lease, 2)
    assert lease.held == held
    name = rule.in_full()
    assert lease.refusal == f"Your limit is {name}, and all of it is used: this answer ends here."
    assert_books_balance()
    # Asked again at its end, it gets nothing more and loses nothing.
    assert renewed(generation, lease, held + 1) == lease
    assert_books_balance()


@pytest.mark.parametrize(
    ("said", "held"), [(None, 470), (0, 470), (29, 471), (90, 410), (300, 200), (16_505, 470)]
)
def test_the_prompt_holds_what_the_provider_has_said_of_it_or_else_its_estimate(
    people: People, model: LanguageModel, said: int | None, held: int
) -> None:
    limit(500)
    generation, lease = running(people, model)
    lease = renew([Asking(generation.pk, lease, 2, said)])[generation.pk]
    assert lease.held == held
    assert Counter.objects.get().held == 500
    assert_books_balance()
    # After a crash nothing is known but the hold.
    with transaction.atomic():
        settle(generation, Finished("interrupted"), Transcript(), Measured(True, text_bytes=4))
    assert LedgerEntry.objects.get().prompt_tokens == 500 - held


def test_what_other_answers_hold_is_not_told_as_used_and_is_given_when_they_end(
    people: People, model: LanguageModel
) -> None:
    limit(800)
    other, _lease = running(people, model, 500)
    generation, lease = running(people, model)
    lease = renewed(generation, lease, 2)
    assert lease.held == 800 - 30 - (100 + 175)
    assert lease.refusal == (
        "Your limit is 800 tokens a day, and what is left of it is set aside for other answers "
        "that are being written: this answer ends here."
    )
    end(other, 40)
    lease = renewed(generation, lease, 496)
    assert lease.held == 800 - 30 - 70
    assert "all of it is used" in lease.refusal
    assert_books_balance()


def test_the_limit_of_a_key_ends_an_answer_that_the_users_would_let_go_on(
    people: People, model: LanguageModel
) -> None:
    key, _secret = api_keys.create(
        people.alice, KeyChoices("nightly", limits=[Limit("tokens", "day", None, 400)])
    )
    limit(10_000)
    generation, lease = running(people, model, key=key)
    lease = renewed(generation, lease, 2)
    assert lease.held == 370
    assert lease.refusal.startswith("The limit of this API key is 400 tokens a day")


def test_all_that_ask_are_renewed_together_and_only_they(
    people: People, model: LanguageModel
) -> None:
    limit(2_000)
    runs = [running(people, model, user=name) for name in ("bob", "alice", "alice")]
    silent, _lease = running(people, model)
    leases = renew([Asking(generation.pk, lease, 2) for generation, lease in runs])
    assert [leases[generation.pk].held for generation, _lease in runs] == [513, 513, 513]
    assert Hold.objects.get(generation_id=silent.pk).completion_bound == 1
    assert_books_balance()


def test_an_answer_that_has_ended_or_was_never_there_gets_nothing_and_costs_nobody_else(
    people: People, model: LanguageModel
) -> None:
    limit(2_000)
    (ended, lease), (going, _) = running(people, model), running(people, model)
    end(ended)
    without = Generation.objects.create(
        user=people.alice, language_model=model, client_request_id=uuid4(), owner="main"
    )
    asking = [Asking(key, lease, 2) for key in (ended.pk, uuid4(), without.pk, going.pk)]
    assert set(renew(asking)) == {going.pk}
    assert_books_balance()


def test_a_limit_that_began_meanwhile_counts_the_hold_and_bounds_it(
    people: People, model: LanguageModel
) -> None:
    generation, lease = running(people, model)
    assert renewed(generation, lease, 2).held == 513
    limit(1_000)
    lease = renewed(generation, Lease(513, 1), 514)
    assert lease.held == 970
    assert lease.refusal.startswith("Your limit is 1,000 tokens a day")
    assert Counter.objects.get().held == 1_000
    assert_books_balance()


def test_a_limit_that_was_raised_meanwhile_lets_the_answer_go_on(
    people: People, model: LanguageModel
) -> None:
    rule = limit(200)
    generation, lease = running(people, model)
    assert renewed(generation, lease, 2).held == 170
    rule.limit = 5_000
    rule.save()
    lease = renewed(generation, lease, 171)
    assert (lease.held, lease.refusal) == (170 + 512, "")
    assert_books_balance()


def test_a_limit_that_was_lowered_below_what_is_used_gives_nothing(
    people: People, model: LanguageModel
) -> None:
    rule = limit(5_000)
    generation, lease = running(people, model)
    lease = renewed(generation, lease, 2)
    rule.limit = 50
    rule.save()
    lease = renewed(generation, lease, 514)
    assert lease.held == 513
    assert lease.refusal.startswith("Your limit is 50 tokens a day")
    end(generation, 514)
    assert Counter.objects.get().used == 544


def test_an_answer_that_is_over_its_limit_already_gets_nothing(
    people: People, model: LanguageModel
) -> None:
    limit(1_000)
    generation, lease = running(people, model)
    other, _ = running(people, model)
    end(other, 1_200)
    assert renewed(generation, lease, 2).held == 1
    assert_books_balance(over=261)
    assert Counter.objects.get().held == 31


@pytest.mark.parametrize("is_counted_again", [False, True])
def test_the_window_is_that_in_which_the_answer_began(
    people: People,
    model: LanguageModel,
    monkeypatch: pytest.MonkeyPatch,
    is_counted_again: bool,
) -> None:
    limit(1_000)
    yesterday = timezone.now() - timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(reservation.timezone, "now", lambda: yesterday)
        generation, lease = running(people, model)
    later, _ = running(people, model)
    end(later, 700)
    still, _ = running(people, model, 50)
    if is_counted_again:
        Counter.objects.all().delete()
    # Nothing but itself was used and held on the day before.
    assert renewed(generation, lease, 2).held == 513
    assert Counter.objects.get(period_start__date=yesterday.date()).held == 543
    end(still, 1)
    end(generation, 600)
    used = dict(Counter.objects.values_list("period_start__date", "used"))
    assert used[yesterday.date()] == 630
    assert is_counted_again or used[timezone.now().date()] == 730 + 31
    assert {each.held for each in counters()} == {0}


def test_a_model_that_was_deleted_meanwhile_is_bound_by_the_other_limits(
    people: People, model: LanguageModel
) -> None:
    limit(1_000)
    limit(10, language_model=make_model("other"))
    generation, lease = running(people, model)
    model.delete()
    assert renewed(generation, lease, 2).held == 513
    assert LedgerEntry.objects.count() == 0
