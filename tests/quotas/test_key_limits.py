"""Limits of an API key: they apply in addition to those of its user, and as exactly."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, Counter, Generation, Hold, LanguageModel, LedgerEntry
from conversations.quotas.amounts import Limit
from conversations.quotas.reservation import Wanted, reserve, standings
from conversations.quotas.settlement import Measured, settle
from conversations.quotas.status import QuotaExceeded
from conversations.quotas.tokens import PromptSize
from conversations.transcript import Finished, TokenCounts, Transcript
from tests.people import People, make_model, make_people
from tests.quotas.books import assert_books_balance, limit

PROMPT = PromptSize(careful=100, estimate=30)
ASKS, ROOM = 60, 10


@pytest.fixture
def model(db: None) -> LanguageModel:
    return make_model()


def key_of(people: People, amount: int, measure: str = "tokens", **fields: Any) -> ApiKey:
    """A key of Alice's with a limit for a day."""
    limits = [Limit(measure, "day", fields.pop("model", None), amount)]
    key, _secret = api_keys.create(people.alice, KeyChoices("nightly", limits=limits, **fields))
    return key


def wanted(people: People, model: LanguageModel, key: ApiKey | None) -> Wanted:
    """A request for an answer of 500 tokens."""
    return Wanted(people.alice, model, PROMPT, 500, key=key)


def refusal(asked: Wanted) -> str:
    """The text of the refusal."""
    with pytest.raises(QuotaExceeded) as refused, transaction.atomic():
        reserve(uuid4(), asked)
    return refused.value.message


def test_both_the_keys_and_the_users_limit_apply(people: People, model: LanguageModel) -> None:
    limit(10_000)
    key = key_of(people, 620)
    reserve(uuid4(), wanted(people, model, key))
    held = dict(Counter.objects.values_list("key_scope", "held"))
    # A quarter of what the key has left beside the prompt.
    assert held == {0: 230, key.pk: 230}
    assert "API key" in refusal(Wanted(people.alice, model, PromptSize(359, 30), 500, key=key))
    reserve(uuid4(), Wanted(people.alice, model, PromptSize(358, 30), 500, key=key))
    assert_books_balance()


def test_the_users_limit_is_named_where_it_is_the_narrower(
    people: People, model: LanguageModel
) -> None:
    limit(50)
    assert refusal(wanted(people, model, key_of(people, 1_000))).startswith("Your limit")


def test_the_page_and_other_keys_use_nothing_of_a_keys_limit(
    people: People, model: LanguageModel
) -> None:
    first, second = (key_of(people, 1, "requests") for _ in range(2))
    for key in (None, first, second, None):
        reserve(uuid4(), wanted(people, model, key))
    assert "1 request a day" in refusal(wanted(people, model, first))
    assert standings(people.alice, None) == []
    assert [each.used + each.held for each in standings(people.alice, None, first)] == [1]


def test_a_keys_limit_may_be_for_one_model(people: People, model: LanguageModel) -> None:
    key = key_of(people, 1, "requests", model=make_model("other"))
    for _ in range(2):
        reserve(uuid4(), wanted(people, model, key))


def test_a_changed_limit_counts_what_was_used_before(people: People, model: LanguageModel) -> None:
    key = key_of(people, 5, "requests")
    reserve(uuid4(), wanted(people, model, key))
    api_keys.change(key, KeyChoices("nightly", limits=[Limit("requests", "day", None, 1)]))
    assert "API key" in refusal(wanted(people, model, key))


def test_settling_gives_back_what_was_not_used_and_the_ledger_outlives_the_key(
    people: People, model: LanguageModel
) -> None:
    limit(10_000)
    key = key_of(people, 1_000)
    generation = Generation(user=people.alice, client_request_id=uuid4(), owner="", api_key=key)
    reserve(generation.pk, wanted(people, model, key))
    last = Finished(cause="completed", usage=TokenCounts(30, 40, 70))
    settle(generation, last, Transcript(), Measured(began=True))
    assert set(Counter.objects.values_list("used", "held")) == {(70, 0)}
    assert_books_balance()
    name = str(key)
    key.delete()
    assert LedgerEntry.objects.get().api_key_name == name == f"nightly ({key.prefix}…)"


@pytest.mark.django_db(transaction=True)
def test_of_sixty_at_once_with_room_for_ten_under_the_key_ten_are_accepted() -> None:
    people, model = make_people(), make_model()
    limit(1_000, "requests")
    key = key_of(people, ROOM, "requests")

    def ask(_number: int) -> bool:
        try:
            with transaction.atomic():
                reserve(uuid4(), wanted(people, model, key))
        except QuotaExceeded:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as threads:
        accepted = sum(threads.map(ask, range(ASKS)))
    assert accepted == ROOM == Hold.objects.count()
    assert set(Counter.objects.values_list("held", flat=True)) == {ROOM}
    assert_books_balance()
