"""Usage reports: breakdowns by day, model, provider, user, group and error.

Each is one query over the daily totals, never over the ledger itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from conversations.models import UsageDay, UsageTotal, User


@dataclass(frozen=True)
class Sums:
    """The usage of some answers together. Costs are in millionths of the currency.

    ``failed`` counts answers that ended in an error, ``overlong`` those with more tokens than were
    asked for; ``first_token_ms`` is a sum over the ``first_token_answers`` that had any token.
    """

    answers: int = 0
    estimated: int = 0
    overlong: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_micros: int = 0
    first_token_ms: int = 0
    first_token_answers: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Sums(*(mine + theirs for mine, theirs in pairs))

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def estimated_share(self) -> float:
        """The part of the answers whose tokens were estimated, from 0 to 1."""
        return self.estimated / self.answers if self.answers else 0.0

    @property
    def failed_share(self) -> float:
        """The part of the answers that failed, from 0 to 1."""
        return self.failed / self.answers if self.answers else 0.0

    @property
    def mean_first_token_ms(self) -> float | None:
        """The mean time to the first token; None where no answer had any."""
        return self.first_token_ms / self.first_token_answers if self.first_token_answers else None


@dataclass(frozen=True)
class Row:
    """One line of a breakdown: a day, a name or an error code, and its sums.

    ``key`` is the value with which a :class:`Selection` chooses this line alone; empty if none can.
    """

    name: str
    sums: Sums
    key: str = ""


@dataclass(frozen=True)
class Breakdown:
    """Rows, and the sums of all selected answers. Groups overlap, so the rows do not add up."""

    rows: list[Row]
    total: Sums


@dataclass(frozen=True)
class Selection:
    """A choice of answers: those started from ``first`` to ``last``, both included.

    Names are those in the ledger, which stay when an object is renamed or deleted.
    """

    first: date
    last: date
    model_name: str = ""
    provider_name: str = ""
    username: str = ""
    group: Group | None = None

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def totals(self) -> QuerySet[Any]:
        """The smallest table of sums that is enough for a report that does not list users."""
        if self.username or self.group:
            return self.usage_days()
        return self._selected(UsageTotal.objects.all())

    def usage_days(self) -> QuerySet[UsageDay]:
        """The sums by user."""
        rows = self._selected(UsageDay.objects.all())
        if self.username:
            rows = rows.filter(username=self.username)
        if self.group:
            rows = rows.filter(user__in=User.objects.filter(groups=self.group).values("pk"))
        return rows

    def _selected(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        names = {"model_name": self.model_name, "provider_name": self.provider_name}
        wanted = {name: value for name, value in names.items() if value}
        return rows.filter(day__gte=self.first, day__lte=self.last, **wanted)


_SUMS = {
    "sum_answers": Sum("answers"),
    "sum_estimated": Sum("estimated"),
    "sum_overlong": Sum("overlong"),
    "sum_failed": Sum("answers", filter=~Q(error_code=""), default=0),
    "sum_prompt_tokens": Sum("prompt_tokens"),
    "sum_completion_tokens": Sum("completion_tokens"),
    "sum_cost_micros": Sum("cost_micros"),
    "sum_first_token_ms": Sum("first_token_ms"),
    "sum_first_token_answers": Sum("first_token_answers"),
}


def _summed(rows: QuerySet[Any], *names: str) -> list[tuple[tuple[Any, ...], Sums]]:
    """The sums of the rows for each combination of values of these columns."""
    found = rows.order_by().values_list(*names).annotate(**_SUMS)
    # PostgreSQL gives sums of big integers as decimals.
    return [(row[: len(names)], Sums(*map(int, row[len(names) :]))) for row in found]


def _total(parts: Iterable[Sums]) -> Sums:
    return sum(parts, Sums())


def _ranked(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.sums.tokens, -row.sums.answers, row.name))


def by_day(selection: Selection) -> Breakdown:
    """Every day of the selection in order, days without answers too."""
    sums = {day: sums for (day,), sums in _summed(selection.totals(), "day")}
    rows = [Row(day.isoformat(), sums.get(day, Sums()), day.isoformat()) for day in selection.days]
    return Breakdown(rows, _total(sums.values()))


def by_model(selection: Selection) -> Breakdown:
    """The models, those with the most tokens first."""
    return _by_name(selection, "model_name")


def by_provider(selection: Selection) -> Breakdown:
    """The providers, those with the most tokens first."""
    return _by_name(selection, "provider_name")


def _by_name(selection: Selection, column: str) -> Breakdown:
    rows = [Row(name, sums, name) for (name,), sums in _summed(selection.totals(), column)]
    return Breakdown(_ranked(rows), _total(row.sums for row in rows))


def by_user(selection: Selection) -> Breakdown:
    """The users by the names that they had, those with the most tokens first."""
    found: dict[str, Sums] = defaultdict(Sums)
    for (_user_id, username), sums in _summed(selection.usage_days(), "user_id", "username"):
        found[username] += sums
    rows = [Row(name, sums, name) for name, sums in found.items()]
    return Breakdown(_ranked(rows), _total(row.sums for row in rows))


@dataclass
class _Groups:
    """Sums of users, added to each group that the user is in today."""

    memberships: dict[int | None, list[str]]
    sums: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))

    def add(self, user_id: int | None, sums: Sums) -> None:
        for name in self.memberships.get(user_id, [""]):
            self.sums[name] += sums


def by_group(selection: Selection) -> Breakdown:
    """The groups as they are today. A user of two groups counts in both; the last row has users
    without a group."""
    users = _summed(selection.usage_days(), "user_id")
    groups = _Groups(_memberships())
    for (user_id,), sums in users:
        groups.add(user_id, sums)
    without_group = groups.sums.pop("", None)
    rows = _ranked(Row(name, sums, name) for name, sums in groups.sums.items())
    if without_group:
        rows.append(Row(_("In no group"), without_group))
    return Breakdown(rows, _total(sums for _key, sums in users))


def _memberships() -> dict[int | None, list[str]]:
    found: dict[int | None, list[str]] = defaultdict(list)
    for user_id, name in User.groups.through.objects.values_list("user_id", "group__name"):
        found[user_id].append(name)
    return found


def by_error(selection: Selection) -> Breakdown:
    """The errors that ended answers, the most frequent first."""
    found = _summed(selection.totals(), "error_code")
    rows = [Row(code, sums, code) for (code,), sums in found if code]
    rows.sort(key=lambda row: (-row.sums.answers, row.name))
    return Breakdown(rows, _total(sums for _code, sums in found))
