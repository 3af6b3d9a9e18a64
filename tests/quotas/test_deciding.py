"""The rule that decides, and its status."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group

from conversations.models import Period, Rule
from conversations.quotas.reservation import deciding_rules, standings
from tests.people import People, make_model
from tests.quotas.books import limit


@pytest.fixture
def staff(people: People) -> Group:
    group = Group.objects.create(name="staff")
    people.alice.groups.add(group)
    return group


def decided(people: People, model: object = None) -> list[Rule]:
    return deciding_rules(people.alice, model)


def test_a_rule_for_everyone_decides_where_there_is_no_other(people: People) -> None:
    rule = limit(100)
    assert decided(people) == [rule]


def test_the_most_generous_of_several_groups_decides_before_everyone(
    people: People, staff: Group
) -> None:
    second = Group.objects.create(name="authors")
    people.alice.groups.add(second)
    limit(1_000)
    limit(10, group=staff)
    generous = limit(50, group=second)
    assert decided(people) == [generous]


def test_a_users_own_rule_decides_before_a_group_even_when_it_is_tighter(
    people: People, staff: Group
) -> None:
    limit(50, group=staff)
    own = limit(5, user=people.alice)
    assert decided(people) == [own]
    assert deciding_rules(people.bob, None) == []


def test_rules_of_other_measures_periods_and_models_apply_together(people: People) -> None:
    model = make_model()
    rules = [
        limit(5, "requests"),
        limit(100),
        limit(100, period="month"),
        limit(40, language_model=model),
    ]
    assert set(deciding_rules(people.alice, model)) == set(rules)
    other = make_model("another/model")
    assert set(deciding_rules(people.alice, other)) == set(rules[:3])


def test_a_disabled_rule_decides_nothing(people: People) -> None:
    limit(5, enabled=False)
    assert decided(people) == []


def test_a_standing_has_the_amount_left_and_the_time_of_the_reset(people: People) -> None:
    limit(100)
    (standing,) = standings(people.alice, None)
    assert (standing.used, standing.held, standing.left) == (0, 0, 100)
    assert standing.resets_at is not None
    assert (standing.resets_at.hour, standing.resets_at.minute) == (0, 0)


def test_the_limits_shown_for_a_model_are_those_that_apply_to_it(people: People) -> None:
    model, other = make_model(), make_model("another/model")
    rules = [limit(100), limit(40, language_model=model), limit(30, language_model=other)]
    shown = standings(people.alice, model)
    assert {each.rule for each in shown} == set(rules[:2])
    assert {each.rule for each in standings(people.alice, None)} == set(rules)


MOMENT = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
WINDOWS = {
    "minute": (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    "hour": (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    "day": (datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    "month": (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    "total": (datetime(1970, 1, 1, tzinfo=UTC), None),
}


@pytest.mark.parametrize("period", WINDOWS)
def test_a_window_is_a_calendar_window_in_utc(period: str) -> None:
    assert (Period(period).start(MOMENT), Period(period).end(MOMENT)) == WINDOWS[period]
