"""A limit that starts to apply counts earlier usage in the same period."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from conversations.accounts import api_keys, people
from conversations.accounts.api_keys import KeyChoices
from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle
from conversations.models import ApiKey, Counter, Generation, Hold, LanguageModel, Rule, User
from conversations.quotas import amounts
from conversations.quotas.amounts import Limit
from conversations.quotas.reservation import QuotaExceeded, Wanted, reserve, standings
from conversations.quotas.tokens import PromptSize
from conversations.refusal import Refused
from conversations.transcript import Finished, TokenCounts
from tests.people import People, make_model
from tests.quotas.books import assert_books_balance, limit

USAGE = TokenCounts(9, 12, 21)


@pytest.fixture
def model(db: None) -> LanguageModel:
    return make_model()


def begun(user: User, model: LanguageModel, **parameters: int) -> Generation:
    sending = NewMessage(None, None, "Tell me about tea.", model.name, parameters)
    with transaction.atomic():
        return turns.send(user, uuid4(), sending).generation


def ended(generation: Generation) -> None:
    assert lifecycle.finish(generation.pk, 1, Finished(cause="completed", usage=USAGE))


def used(user: User, model: LanguageModel, times: int) -> None:
    for _ in range(times):
        ended(begun(user, model, max_tokens=200))


def shown(user: User) -> list[tuple[int, int]]:
    return [(each.used, each.held) for each in standings(user, None)]


def test_requests_from_before_the_limit_are_counted_by_it(
    people: People, model: LanguageModel
) -> None:
    used(people.alice, model, 3)
    limit(2, "requests")
    assert (shown(people.alice), shown(people.bob)) == ([(3, 0)], [(0, 0)])
    with pytest.raises(Refused, match="Your limit is 2 requests a day; 0 requests are left"):
        begun(people.alice, model)
    used(people.bob, model, 2)
    with pytest.raises(Refused):
        begun(people.bob, model)


@pytest.mark.parametrize(("measure", "amount"), [("tokens", 42), ("cost", 2 * (9 * 2 + 12 * 8))])
def test_tokens_and_cost_from_before_are_what_the_ledger_has(
    people: People, model: LanguageModel, measure: str, amount: int
) -> None:
    model.prompt_price, model.completion_price = 2, 8
    model.save()
    used(people.alice, model, 2)
    limit(1_000_000, measure, period="month")
    used(people.alice, make_model("free"), 1)
    more = 21 if measure == "tokens" else 0
    assert shown(people.alice) == [(amount + more, 0)]
    assert_books_balance()


def test_a_limit_for_one_model_counts_that_model(people: People, model: LanguageModel) -> None:
    used(people.alice, model, 2)
    used(people.alice, make_model("other"), 1)
    limit(10, "requests", language_model=model)
    begun(people.alice, model)
    assert Counter.objects.get().used == 2


@pytest.mark.parametrize("measure", ["requests", "tokens"])
@pytest.mark.parametrize("max_tokens", [{}, {"max_tokens": 200}])
def test_running_answers_are_held_and_settled_once(
    people: People, model: LanguageModel, measure: str, max_tokens: dict[str, int]
) -> None:
    first = begun(people.alice, model, **max_tokens)
    limit(1_000_000, measure)
    second = begun(people.alice, model, **max_tokens)
    counter = Counter.objects.get()
    assert counter.held == sum(part[2] for hold in Hold.objects.all() for part in hold.parts)
    assert_books_balance()
    ended(first)
    ended(second)
    counter.refresh_from_db()
    assert (counter.used, counter.held) == (2 if measure == "requests" else 42, 0)
    assert_books_balance()


def test_a_limit_that_is_enabled_again_counts_usage_while_it_was_disabled(
    people: People, model: LanguageModel
) -> None:
    rule = limit(4, "requests")
    running = begun(people.alice, model)
    for enabled in (False, True):
        rule.enabled = enabled
        rule.save()
        used(people.alice, model, 1)
    ended(running)
    used(people.alice, model, 1)
    assert shown(people.alice) == [(4, 0)]
    with pytest.raises(Refused):
        begun(people.alice, model)
    assert_books_balance()


def test_a_limit_of_another_period_counts_the_usage_of_that_period(
    people: People, model: LanguageModel
) -> None:
    rule = limit(100, "requests")
    used(people.alice, model, 2)
    rule.period, rule.limit = "month", 2
    rule.save()
    with pytest.raises(Refused):
        begun(people.alice, model)


def test_the_limit_of_a_group_counts_what_a_new_member_used_before(
    people: People, model: LanguageModel
) -> None:
    staff = Group.objects.create(name="staff")
    limit(2, "requests", group=staff)
    join(people, staff, into=True)
    used(people.alice, model, 1)
    join(people, staff, into=False)
    used(people.alice, model, 1)
    join(people, staff, into=True)
    with pytest.raises(Refused):
        begun(people.alice, model)


def join(people_: People, group: Group, *, into: bool) -> None:
    people.change_groups(people_.dana, [people_.alice], [group], join=into)


def test_a_later_limit_of_a_key_counts_what_the_key_used_before(
    people: People, model: LanguageModel
) -> None:
    key, _secret = api_keys.create(people.alice, KeyChoices("nightly"))
    other, _secret = api_keys.create(people.alice, KeyChoices("nightly"))
    for each in (key, other, key):
        asked(people, model, each)
    narrowed = KeyChoices("renamed", limits=[Limit("requests", "day", None, 3)])
    api_keys.change(key, narrowed)
    asked(people, model, key)
    with pytest.raises(QuotaExceeded):
        asked(people, model, key)
    assert [each.held for each in Counter.objects.filter(key_scope=key.pk)] == [3]


def asked(people: People, model: LanguageModel, key: ApiKey) -> None:
    reserve(uuid4(), Wanted(people.alice, model, PromptSize(100, 30), 500, key=key))


def test_a_limit_set_in_bulk_counts_the_earlier_usage_of_each_user(
    people: People, model: LanguageModel
) -> None:
    used(people.alice, model, 2)
    amounts.set_limits(None, [people.alice, people.bob], Limit("requests", "day", None, 2))
    assert (shown(people.alice), shown(people.bob)) == ([(2, 0)], [(0, 0)])
    assert Rule.objects.count() == 2
