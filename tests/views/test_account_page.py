"""The account page: the user's own limits, usage and models, and nobody else's."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from conversations import days
from conversations.models import Counter, Period, UsageDay, User
from conversations.quotas.state import quota_state
from conversations.usage.own import DayOfUse, ModelUse, use_by_day, use_by_model
from conversations.views.usage_chart import UsageChart
from tests.clock import Clock
from tests.people import People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db


def use(user: User, *, days_ago: int = 0, model: str = "test/model", **sums: int) -> None:
    """The sums of a day's answers."""
    UsageDay.objects.create(
        day=days.today() - timedelta(days=days_ago),
        user=user,
        username=user.username,
        model_name=model,
        provider_name="Provider",
        outcome=sums.pop("outcome", "completed"),
        **{"answers": 1, **sums},
    )


def count(user: User, used: int, held: int = 0, measure: str = "tokens") -> None:
    """Today's used and held amounts of a measure."""
    start = Period.DAY.start(timezone.now())
    Counter.objects.create(
        user=user, measure=measure, period="day", period_start=start, used=used, held=held
    )


def page_of(user: User) -> str:
    """The text of the user's account page."""
    client = Client()
    client.force_login(user)
    return client.get("/account/").content.decode()


def test_use_is_added_up_by_day_with_the_days_without_any(people: People) -> None:
    use(people.alice, prompt_tokens=10, completion_tokens=5)
    use(people.alice, model="other", prompt_tokens=1, completion_tokens=2)
    use(people.alice, days_ago=29, completion_tokens=7)
    use(people.alice, days_ago=30, completion_tokens=1000)
    use(people.bob, completion_tokens=2000)
    today = timezone.now().date()
    found = use_by_day(people.alice)
    assert [use.day for use in found] == [today - timedelta(days=ago) for ago in range(29, -1, -1)]
    assert [use.tokens for use in found] == [7, *[0] * 28, 18]


def test_use_is_added_up_by_model_the_most_used_first(people: People) -> None:
    use(people.alice, model="rare", completion_tokens=5000)
    use(people.alice, model="usual", answers=2, prompt_tokens=10, completion_tokens=5)
    use(people.alice, model="usual", outcome="stopped", completion_tokens=1, cost_micros=9)
    use(people.bob, model="usual", answers=50)
    assert use_by_model(people.alice) == [
        ModelUse("usual", 3, 10, 6, 9),
        ModelUse("rare", 1, 0, 5000, 0),
    ]


def test_the_page_says_how_many_answers_may_run_at_once(people: People) -> None:
    User.objects.filter(pk=people.alice.pk).update(answers_at_once=5)
    assert "5 answers can be written for you at once, and 5 for your" in page_of(people.alice)
    assert "16 answers can be written for you at once, and 16 for your" in page_of(people.bob)


def test_the_page_shows_the_users_own_usage_and_nobody_elses(people: People) -> None:
    use(people.alice, prompt_tokens=1000, completion_tokens=234, cost_micros=420_000)
    use(people.bob, model="bobs-model", prompt_tokens=999_999)
    text = page_of(people.alice)
    assert "1,234 tokens" in text
    assert "0.42 USD" in text
    assert "bobs-model" not in text
    assert "999,999" not in text


def test_the_page_shows_how_the_own_limits_stand(people: People) -> None:
    limit(10_000)
    count(people.alice, used=8_000, held=500)
    count(people.bob, used=9_999)
    text = page_of(people.alice)
    for figure in ("10,000 tokens a day", "8,000", "500", "1,500", "UTC</time>"):
        assert figure in text
    assert "9,999" not in text


def test_a_limit_on_a_model_that_is_not_theirs_is_not_shown(people: People) -> None:
    secret = make_model("secret/model")
    secret.audience = "restricted"
    secret.save()
    secret.users.add(people.bob)
    limit(7_777, language_model=secret)
    assert "7,777" not in page_of(people.alice)
    assert "secret/model" not in page_of(people.alice)
    assert "7,777" in page_of(people.bob)


def test_the_page_lists_the_models_that_are_open_to_the_user(people: People) -> None:
    make_model("open/model")
    closed = make_model("closed/model")
    closed.audience = "restricted"
    closed.save()
    text = page_of(people.alice)
    assert "open/model" in text
    assert "closed/model" not in text


def test_the_page_says_so_when_nothing_is_limited_used_or_open(people: People) -> None:
    text = page_of(people.alice)
    assert "Your usage is not limited." in text
    assert "Nothing yet." in text
    assert "You have no access to any model yet." in text


def test_the_page_takes_as_many_queries_for_many_days_as_for_one(
    people: People, django_assert_max_num_queries: Any
) -> None:
    client = Client()
    client.force_login(people.alice)
    for days_ago in range(30):
        for model in ("one", "two", "three"):
            use(people.alice, days_ago=days_ago, model=model, completion_tokens=5)
    for period in Period:
        limit(10, period=period)
    # Two of them read the usage of windows without a counter, whatever their number.
    with django_assert_max_num_queries(14):
        client.get("/account/")


def test_a_chart_scales_to_the_busiest_day() -> None:
    today = timezone.now().date()
    before = [DayOfUse(today - timedelta(days=ago), tokens) for ago, tokens in ((2, 0), (1, 150))]
    chart = UsageChart.of([*before, DayOfUse(today, 1)])
    assert chart is not None
    assert chart.scale == ["200", "100", "0"]
    heights = [[(part.start, part.length) for part in bar.parts] for bar in chart.bars]
    assert heights == [[], [("25.00", "75.00")], [("99.00", "1.00")]]
    assert (chart.total, chart.busiest.tokens) == ("151", 150)


def test_a_chart_of_nothing_is_not_drawn() -> None:
    assert UsageChart.of([DayOfUse(timezone.now().date(), 0)]) is None


def test_a_pages_state_has_each_deciding_limit(people: People) -> None:
    model = make_model()
    group = Group.objects.create(name="readers")
    people.alice.groups.add(group)
    limit(100, group=group)
    limit(50)
    limit(5, "requests", period="total", language_model=model)
    limit(2_000_000, "cost", period="month")
    count(people.alice, used=80, held=15)
    state = {each["measure"]: each for each in quota_state(people.alice)}
    midnight = Period.DAY.end(timezone.now())
    assert midnight is not None
    assert state["tokens"] == {
        "measure": "tokens",
        "period": "day",
        "limit": 100,
        "used": 80,
        "held": 15,
        "left": 5,
        "resets_at": midnight.isoformat(),
        "model": None,
        "currency": None,
    }
    assert (state["requests"]["model"], state["requests"]["resets_at"]) == ("test/model", None)
    assert (state["cost"]["left"], state["cost"]["currency"]) == (2_000_000, "USD")


@pytest.mark.parametrize(
    ("zone", "at", "resets"),
    [
        (
            "UTC",
            "2026-11-29 23:50",
            '"2026-11-30T00:00:00+00:00" data-local="">Nov 30, 2026, 00:00',
        ),
        (
            "Asia/Shanghai",
            "2026-11-30 07:00",
            '"2026-12-01T00:00:00+08:00" data-local="">Dec 1, 2026, 00:00',
        ),
        (
            "America/Santiago",
            "2026-09-05 23:50",
            '"2026-09-06T01:00:00-03:00" data-local="">Sep 6, 2026, 01:00',
        ),
    ],
)
def test_a_time_names_the_zone_that_it_is_in(
    people: People, clock: Clock, zone: str, at: str, resets: str
) -> None:
    limit(10_000)
    clock.in_zone(zone)
    clock.set(at)
    use(people.alice, completion_tokens=5)
    text = page_of(people.alice)
    assert f"<time datetime={resets} {zone}</time>" in text
    assert f"Days begin at 00:00 {zone}." in text
    assert zone == "UTC" or "UTC" not in text


def test_the_last_day_of_the_chart_is_the_local_day(people: People, clock: Clock) -> None:
    clock.in_zone("Asia/Shanghai")
    clock.set("2026-11-30 00:10")
    use(people.alice, completion_tokens=5)
    assert use_by_day(people.alice)[-1] == DayOfUse(date(2026, 11, 30), 5)
    assert "November 30: 5 tokens" in page_of(people.alice)
