"""The usage of one user in the last 30 days."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Sum

from conversations import days
from conversations.models import UsageDay, User

DAYS = 30
_MODEL_COLUMNS = (
    "model_name",
    "all_answers",
    "all_prompt_tokens",
    "all_completion_tokens",
    "all_cost_micros",
)


@dataclass(frozen=True)
class DayOfUse:
    """The tokens that a user used on one day."""

    day: date
    tokens: int


@dataclass(frozen=True)
class ModelUse:
    """The usage of one model by a user. The cost is in millionths of the currency."""

    model_name: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int


def use_by_day(user: User) -> list[DayOfUse]:
    """The last 30 days up to today, oldest first, days without usage too."""
    rows = UsageDay.objects.filter(user=user, day__gte=_first_day()).values("day")
    sums = rows.annotate(tokens=Sum(F("prompt_tokens") + F("completion_tokens")))
    tokens = {row["day"]: row["tokens"] for row in sums}
    first = _first_day()
    shown = [first + timedelta(days=number) for number in range(DAYS)]
    return [DayOfUse(day, tokens.get(day, 0)) for day in shown]


def use_by_model(user: User) -> list[ModelUse]:
    """The models that the user used in the last 30 days, the most used first."""
    rows = UsageDay.objects.filter(user=user, day__gte=_first_day()).values("model_name")
    sums = rows.annotate(
        all_answers=Sum("answers"),
        all_prompt_tokens=Sum("prompt_tokens"),
        all_completion_tokens=Sum("completion_tokens"),
        all_cost_micros=Sum("cost_micros"),
    )
    found = [ModelUse(*row) for row in sums.values_list(*_MODEL_COLUMNS)]
    return sorted(found, key=lambda use: (-use.answers, use.model_name))


def _first_day() -> date:
    return days.today() - timedelta(days=DAYS - 1)
