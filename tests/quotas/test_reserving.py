"""Reservations: exactly what fits, never more, and a refusal with reasons where nothing fits."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from conversations.models import Counter, Generation, Hold, LanguageModel
from conversations.quotas.lease import Lease
from conversations.quotas.reservation import Wanted, reserve
from conversations.quotas.settlement import Measured, settle
from conversations.quotas.status import QuotaExceeded, Standing, amount_in_words
from conversations.quotas.tokens import PromptSize
from conversations.transcript import Finished, TokenCounts, Transcript
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit

PROMPT = PromptSize(careful=100, estimate=30)


@pytest.fixture
def model(db: None) -> LanguageModel:
    return make_model()


def wanted(people: People, model: LanguageModel, max_tokens: int | None = 500, **fields) -> Wanted:
    return Wanted(people.alice, model, PROMPT, max_tokens, **fields)


def held() -> int:
    """The held amount of the only counter."""
    return Counter.objects.get().held


def test_without_a_rule_nothing_is_limited_and_nothing_is_set(
    people: People, model: LanguageModel
) -> None:
    granted = reserve(uuid4(), wanted(people, model, None))
    assert (granted.max_tokens, granted.notice) == (None, None)
    # All that the model may write, which nobody else needs.
    assert granted.lease == Lease(held=16_384, asked=16_384, longest=16_384)
    hold = Hold.objects.get()
    assert (hold.parts, hold.completion_bound) == ([], 16_384)
    assert (hold.asked_tokens, hold.longest) == (None, 16_384)


@pytest.mark.parametrize(
    ("context", "prompt", "lengths"),
    [
        (None, PromptSize(30_000, 22_000), (16_000, 16_000)),
        (8_192, PROMPT, (8_192, 8_192 - 100)),
        # What seems to fit stays as it was asked for.
        (8_192, PromptSize(5_333, 4_000), (4_096, 4_096)),
        # A prompt of code has more tokens than the estimate, so that it is counted with care.
        (8_192, PromptSize(5_333, 4_000), (8_192, 8_192 - 5_333)),
        # Where care leaves no room for an answer, the estimate has to do.
        (8_192, PromptSize(8_000, 6_000), (4_096, 8_192 - 6_000)),
        # Without room the server refuses, in its own words.
        (8_192, PromptSize(10_666, 8_000), (4_096, 4_096)),
    ],
)
def test_an_answer_is_no_longer_than_the_context_has_room_for(
    people: People,
    model: LanguageModel,
    context: int | None,
    prompt: PromptSize,
    lengths: tuple[int, int],
) -> None:
    asked, sent = lengths
    model.context_length = context
    granted = reserve(uuid4(), Wanted(people.alice, model, prompt, asked))
    assert (granted.max_tokens, granted.lease.asked) == (sent, sent)
    assert (f"only {sent:,} tokens" in (granted.notice or "")) is (sent != asked)


def test_a_short_answer_holds_all_that_it_may_need_at_once(
    people: People, model: LanguageModel
) -> None:
    limit(8_100)
    granted = reserve(uuid4(), wanted(people, model, count=3))
    assert (granted.max_tokens, granted.notice) == (500, None)
    assert granted.lease == Lease(held=3 * 500, asked=3 * 500, longest=3 * 500)
    assert held() == 100 + 3 * 500
    assert Hold.objects.get().asked_tokens == 3 * 500
    assert_books_balance()


def test_an_answer_begins_with_a_quarter_of_what_is_left_so_that_others_can_begin(
    people: People, model: LanguageModel
) -> None:
    limit(2_100)
    for expected in (500, 350, 237):
        granted = reserve(uuid4(), wanted(people, model, 1_000))
        assert granted.lease.held == expected
    assert held() == 3 * 100 + 500 + 350 + 237
    assert_books_balance()


def test_an_answer_begins_with_its_usual_length_where_more_is_left(
    people: People, model: LanguageModel
) -> None:
    limit(1_000_000)
    model.default_max_tokens = 700
    assert reserve(uuid4(), wanted(people, model, 9_000)).lease.held == 700
    assert reserve(uuid4(), wanted(people, model, 9_000, count=2)).lease.held == 2 * 700
    assert reserve(uuid4(), wanted(people, model, 300)).lease.held == 300


def test_an_answer_begins_with_no_less_than_a_useful_one_needs(
    people: People, model: LanguageModel
) -> None:
    limit(200)
    assert reserve(uuid4(), wanted(people, model, 64)).lease.held == 32


def test_reasoning_beyond_max_tokens_is_expected_and_not_needed_to_begin(
    people: People, model: LanguageModel
) -> None:
    model.reasoning_tokens = 32_768
    limit(6_000)
    granted = reserve(uuid4(), wanted(people, model))
    assert (granted.max_tokens, granted.lease.held) == (500, 5_900 // 4)
    assert granted.lease.asked == 500 + 32_768
    assert granted.lease.longest == 500 + 32_768
    assert Hold.objects.get().asked_tokens == 500 + 32_768


@pytest.mark.parametrize("usual", [512, 4_096])
def test_an_answer_of_open_length_stays_open_where_its_longest_fits(
    people: People, model: LanguageModel, usual: int
) -> None:
    model.default_max_tokens = usual
    limit(100 + 16_384)
    granted = reserve(uuid4(), wanted(people, model, None))
    assert (granted.max_tokens, granted.notice) == (None, None)


def test_an_answer_of_open_length_gets_what_is_left_with_a_notice(
    people: People, model: LanguageModel
) -> None:
    limit(100 + 16_383)
    granted = reserve(uuid4(), wanted(people, model, None))
    assert granted.max_tokens == 16_383
    assert granted.notice == "Your limit allows only 16,383 tokens for this answer."
    assert granted.lease.asked == 16_383


def test_the_longest_answer_is_as_the_administrator_has_set_it(
    people: People, model: LanguageModel
) -> None:
    model.parameters = {"max_tokens": {"high": 100}}
    limit(1_000)
    granted = reserve(uuid4(), wanted(people, model, None))
    assert (granted.max_tokens, granted.lease.longest) == (None, 100)
    # More cannot be believed of a model that does not reason, whatever was asked for.
    assert reserve(uuid4(), wanted(people, model, 1)).lease.longest == 1
    model.reasons = True
    assert reserve(uuid4(), wanted(people, model, 1)).lease.longest == 100


@pytest.mark.parametrize(("amount", "sent"), [(800, None), (799, 699), (600, 500)])
def test_an_answer_of_open_length_needs_no_more_than_the_context_has_room_for(
    people: People, model: LanguageModel, amount: int, sent: int | None
) -> None:
    model.context_length = 800
    limit(amount)
    # With care the prompt has 100 tokens.
    assert reserve(uuid4(), wanted(people, model, None)).max_tokens == sent


def test_a_retry_is_no_later_than_the_reset(people: People, model: LanguageModel) -> None:
    rule = limit(140, period="minute")
    now = timezone.now()
    for seconds, retry in ((2, 2), (40, 5)):
        standing = Standing(rule, 0, 140, now + timedelta(seconds=seconds))
        assert QuotaExceeded(standing, 132).seconds_left == retry


def test_max_tokens_is_lowered_to_what_is_left_with_a_notice(
    people: People, model: LanguageModel
) -> None:
    limit(300)
    granted = reserve(uuid4(), wanted(people, model))
    assert granted.max_tokens == 200
    assert granted.notice == "Your limit allows only 200 tokens for this answer, not 500."
    assert Hold.objects.get().asked_tokens == 200
    assert_books_balance()


def test_too_little_for_a_useful_answer_is_refused_with_rule_rest_and_reset(
    people: People, model: LanguageModel
) -> None:
    limit(241)
    used(people, model, 110)
    with pytest.raises(QuotaExceeded) as refused:
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message.startswith(
        "Your limit is 241 tokens a day; 131 tokens are left, which is too little for this. "
        "It resets on "
    )
    assert not refused.value.is_held
    assert refused.value.resets_at is not None
    assert refused.value.seconds_left is not None


def used(people: People, model: LanguageModel, tokens: int) -> None:
    """Use up an amount in an answer that has ended."""
    generation = Generation(pk=uuid4())
    with transaction.atomic():
        reserve(generation.pk, Wanted(people.alice, model, PromptSize(1, 1), 1))
        usage = TokenCounts(0, tokens, tokens)
        last, seen = Finished("completed", usage=usage), Measured(True, text_bytes=tokens)
        settle(generation, last, Transcript(), seen)


def test_what_running_answers_hold_is_not_told_as_used(
    people: People, model: LanguageModel
) -> None:
    limit(6_000)
    used(people, model, 340)
    reserve(uuid4(), Wanted(people.alice, model, PromptSize(5_600, 30), 500))
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message == (
        "Your limit is 6,000 tokens a day: 340 tokens used, and 5,632 tokens set aside for answers "
        "that are being written or wait for their turn. What they do not use is free again when "
        "they end. Try again then."
    )
    assert (refused.value.is_held, refused.value.seconds_left) == (True, 5)


def test_what_would_not_fit_after_their_end_either_is_used_up(
    people: People, model: LanguageModel
) -> None:
    limit(6_000)
    used(people, model, 5_800)
    reserve(uuid4(), wanted(people, model, 32))
    # 5,800 are used, and 132 of 200 held: 132 more fit when these are free, and 201 do not.
    for prompt, is_held in ((100, True), (168, True), (169, False)):
        with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
            reserve(uuid4(), Wanted(people.alice, model, PromptSize(prompt, 30), 500))
        assert refused.value.is_held is is_held, prompt


def test_a_request_that_a_running_answer_has_taken_does_not_come_back(
    people: People, model: LanguageModel
) -> None:
    limit(1, "requests")
    reserve(uuid4(), wanted(people, model))
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert not refused.value.is_held
    assert refused.value.message.startswith("Your limit is 1 request a day; 0 requests are left")


def test_a_limit_that_never_resets_is_tried_again_when_answers_end(
    people: People, model: LanguageModel
) -> None:
    limit(140, period="total")
    reserve(uuid4(), wanted(people, model))
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert (refused.value.is_held, refused.value.seconds_left) == (True, 5)


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
    model.prompt_price = Decimal(301)
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), wanted(people, model))
    assert refused.value.message == "Your limit is 0.01 USD a day, and this needs more."


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
    granted = reserve(uuid4(), wanted(people, model, 10))
    assert (granted.max_tokens, granted.notice, granted.lease.held) == (10, None, 10)


def test_the_last_request_fits_and_one_more_does_not(people: People, model: LanguageModel) -> None:
    limit(2, "requests")
    for _ in range(2):
        reserve(uuid4(), wanted(people, model))
    with pytest.raises(QuotaExceeded):
        reserve(uuid4(), wanted(people, model))
    assert Counter.objects.get().held == 2


def test_cost_is_counted_in_millionths_and_rounded_up(people: People, model: LanguageModel) -> None:
    model.prompt_price, model.completion_price = Decimal("0.5"), Decimal("1.25")
    limit(10_000, "cost")
    reserve(uuid4(), wanted(people, model, 501))
    assert held() == 677  # 100 * 0.5 + 501 * 1.25 = 676.25


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
