"""Reservations: exactly what fits, never more, and a refusal with reasons where nothing fits."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from conversations.models import Counter, Hold, LanguageModel
from conversations.quotas.reservation import Granted, Wanted, reserve
from conversations.quotas.status import QuotaExceeded, amount_in_words
from conversations.quotas.tokens import PromptSize
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit

PROMPT = PromptSize(bound=100, estimate=30)


@pytest.fixture
def model(db: None) -> LanguageModel:
    return make_model()


def wanted(people: People, model: LanguageModel, max_tokens: int | None = 500, **fields) -> Wanted:
    return Wanted(people.alice, model, PROMPT, max_tokens, **fields)


def test_without_a_rule_nothing_is_limited_and_nothing_is_set(
    people: People, model: LanguageModel
) -> None:
    assert reserve(uuid4(), wanted(people, model, None)) == Granted(None)
    assert Hold.objects.get().parts == []


def test_the_hold_is_for_the_prompt_and_every_answer_at_its_longest(
    people: People, model: LanguageModel
) -> None:
    limit(5_000)
    assert reserve(uuid4(), wanted(people, model, count=3)) == Granted(500)
    assert Counter.objects.get().held == 100 + 3 * 500
    assert_books_balance()


def test_reasoning_beyond_max_tokens_is_held_too(people: People, model: LanguageModel) -> None:
    model.reasoning_tokens = 1_000
    limit(5_000)
    reserve(uuid4(), wanted(people, model))
    assert Counter.objects.get().held == 100 + 500 + 1_000


def test_max_tokens_is_set_where_a_rule_counts_tokens_and_none_was_asked(
    people: People, model: LanguageModel
) -> None:
    limit(50_000)
    assert reserve(uuid4(), wanted(people, model, None)).max_tokens == model.default_max_tokens


def test_max_tokens_is_lowered_to_what_is_left_with_a_notice(
    people: People, model: LanguageModel
) -> None:
    limit(300)
    granted = reserve(uuid4(), wanted(people, model))
    assert granted.max_tokens == 200
    assert granted.notice is not None
    assert "200" in granted.notice
    assert Counter.objects.get().held == 300
    assert_books_balance()


def test_too_little_for_a_useful_answer_is_refused_with_rule_rest_and_reset(
    people: People, model: LanguageModel
) -> None:
    limit(241)
    reserve(uuid4(), wanted(people, model, 10))
    with pytest.raises(QuotaExceeded) as refused:
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message.startswith(
        "Your limit is 241 tokens a day; 131 tokens are left, which is too little for this. "
        "It resets on "
    )
    assert refused.value.seconds_left is not None


def test_a_request_that_fits_in_no_window_gets_no_time_to_retry(
    people: People, model: LanguageModel
) -> None:
    limit(1, "requests")
    limit(131)
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message == "Your limit is 131 tokens a day, and this needs more."
    assert refused.value.seconds_left is None


def test_the_narrower_of_two_limits_is_named_though_the_other_is_just_wide_enough(
    people: People, model: LanguageModel
) -> None:
    model.prompt_price, model.completion_price = Decimal(300), Decimal(10)
    # For a useful answer of 32 tokens: all of the first, and a part of the second.
    limit(132)
    limit(10_000, "cost")
    reserve(uuid4(), Wanted(people.alice, model, PromptSize(1, 1), 1))
    model.prompt_price = Decimal(95)
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message.startswith("Your limit is 0.01 USD a day; ")


def test_the_singular_is_used_for_one(people: People, model: LanguageModel) -> None:
    limit(1, "requests", period="total")
    reserve(uuid4(), wanted(people, model))
    with pytest.raises(QuotaExceeded) as refused:
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message == "Your limit is 1 request in all, and 0 requests are left."


def test_room_for_just_a_useful_answer_is_given(people: People, model: LanguageModel) -> None:
    limit(132)
    assert reserve(uuid4(), wanted(people, model)).max_tokens == 32


def test_a_short_answer_that_was_asked_for_is_useful(people: People, model: LanguageModel) -> None:
    limit(110)
    assert reserve(uuid4(), wanted(people, model, 10)) == Granted(10)


def test_the_last_request_fits_and_one_more_does_not(people: People, model: LanguageModel) -> None:
    limit(2, "requests")
    for _ in range(2):
        reserve(uuid4(), wanted(people, model))
    with pytest.raises(QuotaExceeded):
        reserve(uuid4(), wanted(people, model))
    assert Counter.objects.get().held == 2


def test_cost_is_counted_in_millionths_and_rounded_up(people: People, model: LanguageModel) -> None:
    model.prompt_price, model.completion_price = Decimal("0.5"), Decimal("1.25")
    limit(1_000, "cost")
    reserve(uuid4(), wanted(people, model, 501))
    assert Counter.objects.get().held == 677  # 100 * 0.5 + 501 * 1.25 = 676.25


def test_all_limits_are_held_or_none(people: People, model: LanguageModel) -> None:
    limit(10, "requests")
    limit(50)

    with pytest.raises(QuotaExceeded), transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert sum(counter.held for counter in Counter.objects.all()) == 0
    assert Hold.objects.count() == 0


def test_the_usage_of_another_user_takes_nothing_away(people: People, model: LanguageModel) -> None:
    limit(1, "requests")
    reserve(uuid4(), wanted(people, model))
    reserve(uuid4(), Wanted(people.bob, model, PROMPT, 500))
    assert sorted(counter.user.username for counter in Counter.objects.all()) == ["alice", "bob"]


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0.00"), (423, "0.00042"), (12_345, "0.012"), (420_000, "0.42"), (12_500_000, "12.50")],
)
@pytest.mark.django_db
def test_small_money_keeps_two_digits(amount: int, words: str) -> None:
    assert amount_in_words("cost", amount) == f"{words} USD"


def test_a_refusal_names_the_group_and_the_model_of_its_rule(
    people: People, model: LanguageModel
) -> None:
    staff = Group.objects.create(name="staff")
    people.alice.groups.add(staff)
    limit(1, "requests", group=staff, language_model=model, period="total")
    reserve(uuid4(), wanted(people, model))
    with pytest.raises(QuotaExceeded) as refused:
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message == (
        "The limit of your group “staff” is 1 request in all for test/model, and 0 requests are "
        "left."
    )
