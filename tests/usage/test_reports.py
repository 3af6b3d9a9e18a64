"""The usage pages agree with the ledger for every selection, and open for permitted users only."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Q, Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import LanguageModel, LedgerEntry, UsageTotal, User
from tests.admin.administrator import Administrator, rows
from tests.admin.answers import a_varied_month, answered, priced_model
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db

PAGES = ("", "models/", "people/", "groups/", "providers/", "errors/")
SELECTIONS: dict[str, tuple[dict[str, str], Q]] = {
    "everything": ({}, Q()),
    "a model": ({"model": "vendor/small"}, Q(model_name="vendor/small")),
    "a user": ({"person": "bob"}, Q(username="bob")),
    "a group": ({"group": "tea"}, Q(username__in=["alice", "bob"])),
    "a provider": (
        {"provider": "Provider at http://127.0.0.1:10/v1"},
        Q(provider_name="Provider at http://127.0.0.1:10/v1"),
    ),
    "a user and a model": (
        {"person": "alice", "model": "vendor/large"},
        Q(username="alice", model_name="vendor/large"),
    ),
    "a model that nobody used": ({"model": "vendor/none"}, Q(model_name="vendor/none")),
}
LISTED = (
    ("days", "day", "day"),
    ("models", "model", "model_name"),
    ("people", "user", "username"),
    ("providers", "provider", "provider_name"),
)


@pytest.fixture
def dana(people: People) -> Administrator:
    return Administrator(people.dana)


@pytest.fixture
def month(people: People) -> None:
    a_varied_month(people)


def today() -> date:
    return timezone.now().date()


def last(days: int) -> dict[str, str]:
    return {"first": str(today() - timedelta(days=days - 1)), "last": str(today())}


def ledger(selected: Q, days: int) -> Any:
    return LedgerEntry.objects.filter(selected, day__gt=today() - timedelta(days=days))


def sums(entries: Any) -> dict[str, int]:
    names = ("prompt_tokens", "completion_tokens", "cost_micros")
    return {
        "answers": entries.count(),
        **entries.aggregate(**{name: Sum(name, default=0) for name in names}),
        "estimated_answers": entries.filter(source="estimate").count(),
        "failed_answers": entries.exclude(error_code="").count(),
    }


@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_figures_at_the_top_are_the_sums_of_the_ledger(
    dana: Administrator, month: None, selection: str
) -> None:
    query, selected = SELECTIONS[selection]
    for days in (1, 7, 30, 90):
        expected = sums(ledger(selected, days))
        tiles = dana.tiles(**query, **last(days))
        tokens = expected["prompt_tokens"] + expected["completion_tokens"]
        assert tiles["Answers"] == f"{expected['answers']:,}"
        assert tiles["Tokens"] == f"{tokens:,}"
        assert tiles["Cost"] == f"{expected['cost_micros'] / 1_000_000:,.4f} USD"
        assert tiles["Failed"] == f"{expected['failed_answers']:,}"


@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_line_is_the_sum_of_its_entries(
    dana: Administrator, month: None, selection: str
) -> None:
    query, selected = SELECTIONS[selection]
    entries = ledger(selected, 30)
    for slug, heading, column in LISTED:
        lines = {line[heading]: line for line in dana.export(slug, **query)}
        used = {str(value) for value in entries.values_list(column, flat=True)}
        assert {name for name, line in lines.items() if line["answers"] != "0"} == used
        for name in used:
            expected = sums(entries.filter(**{column: name}))
            cost = expected.pop("cost_micros")
            assert {key: int(lines[name][key]) for key in expected} == expected
            assert lines[name]["cost"] == f"{cost / 1_000_000:.6f}"


def test_the_table_has_the_figures_of_the_export(dana: Administrator, month: None) -> None:
    exported = dana.export("models")
    shown = rows(dana.text("/admin/usage/models/"))
    assert [line[0] for line in shown] == [line["model"] for line in exported]
    assert [line[4] for line in shown] == [f"{int(each['total_tokens']):,}" for each in exported]


def test_days_without_answers_are_listed(dana: Administrator, month: None) -> None:
    lines = dana.export("days")
    assert len(lines) == 30
    assert [line["day"] for line in lines] == sorted(line["day"] for line in lines)
    assert sum(line["answers"] == "0" for line in lines) == 26


def test_a_user_of_two_groups_counts_in_both_and_once_in_the_total(
    dana: Administrator, month: None
) -> None:
    answers = {line["group"]: line["answers"] for line in dana.export("groups")}
    assert answers == {"tea": "5", "cake": "3", "In no group": "1"}
    assert dana.tiles()["Answers"] == "6"


def test_errors_are_counted_by_kind(dana: Administrator, month: None, people: People) -> None:
    answered(people.bob, LanguageModel.objects.get(name="vendor/small"), error="timeout")
    page = dana.text("/admin/usage/errors/")
    assert '<a href="/admin/conversations/ledgerentry/?error_code=timeout">timeout</a>' in page
    assert rows(page) == [["timeout", "2", "66.7%"], ["rate_limited", "1", "33.3%"]]
    assert "43% of 7 answers failed, most often with “timeout”." in page


def test_the_first_token_is_a_mean_over_the_answers_that_had_one(
    dana: Administrator, people: People
) -> None:
    model = priced_model("vendor/small")
    answered(people.alice, model, first_token_ms=200)
    answered(people.alice, model, first_token_ms=500)
    answered(people.alice, model, first_token_ms=None)
    assert dana.export("models")[0]["mean_first_token_ms"] == "350"
    assert dana.tiles()["First token"] == "0.35 s"


def test_a_deleted_user_and_model_are_still_listed(
    dana: Administrator, month: None, people: People
) -> None:
    people.alice.delete()
    LanguageModel.objects.all().delete()
    assert "alice" in [line["user"] for line in dana.export("people")]
    assert dana.tiles(person="alice", model="vendor/large")["Answers"] == "2"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"first": "2026-02-01", "last": "2026-01-01"}, "This is before the first day."),
        ({"first": "2020-01-01", "last": "2026-01-01"}, "Choose at most one year."),
        ({"first": "someday"}, "Enter a valid date."),
        ({"group": "nobody’s"}, "Select a valid choice."),
    ],
)
def test_an_impossible_selection_is_explained_and_the_usual_days_are_shown(
    dana: Administrator, month: None, query: dict[str, str], complaint: str
) -> None:
    assert complaint in dana.text("/admin/usage/", **query)
    assert dana.tiles(**query)["Answers"] == "6"


def test_long_lists_have_pages(dana: Administrator, people: People) -> None:
    for number in range(23):
        answered(people.alice, priced_model(f"vendor/model-{number:02}"), (10, 100 - number))
    first, second = (rows(dana.text("/admin/usage/models/", page=page)) for page in (1, 2))
    assert (len(first), len(second)) == (20, 3)
    assert first[0][0] == "vendor/model-00"
    assert second[-1][0] == "vendor/model-22"


def test_names_cannot_become_formulas_in_a_spreadsheet(dana: Administrator, people: People) -> None:
    answered(people.alice, priced_model("=1+1"))
    assert [line["model"] for line in dana.export("models")] == ["'=1+1"]


def test_names_are_shown_as_text(dana: Administrator, people: People) -> None:
    answered(people.alice, priced_model("<b>model</b>"))
    assert "<b>model</b>" not in dana.text("/admin/usage/models/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_makes_as_many_queries_for_thirty_lines_as_for_one(
    dana: Administrator, people: People, page: str
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            dana.text(f"/admin/usage/{page}")
        return len(queries)

    answered(people.alice, priced_model("vendor/first"), error="timeout")
    few = asked()
    for number in range(30):
        person = User.objects.create_user(f"person-{number}", password=PASSWORD)
        answered(person, priced_model(f"vendor/{number}"), days_ago=number % 9, error=f"e{number}")
    assert asked() == few


@pytest.mark.parametrize("page", [*PAGES, "days.csv", "people.csv"])
def test_only_staff_who_may_see_the_ledger_see_usage(people: People, page: str) -> None:
    path = f"/admin/usage/{page}"
    people.bob.is_staff = True
    people.bob.save()
    client = Client()
    assert client.get(path).status_code == 302
    client.force_login(people.alice)
    assert client.get(path).status_code == 302
    client.force_login(people.bob)
    assert client.get(path).status_code == 403
    people.bob.user_permissions.add(Permission.objects.get(codename="view_ledgerentry"))
    assert client.get(path).status_code == 200


def test_a_page_that_is_not_there_is_not_found(dana: Administrator) -> None:
    assert dana.client.get("/admin/usage/weather/").status_code == 404
    assert dana.client.get("/admin/usage/weather.csv").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_site_that_nobody_used_says_so(dana: Administrator, page: str) -> None:
    text = dana.text(f"/admin/usage/{page}")
    assert "<figure" not in text
    assert "<table" not in text
    assert "chart-sentence" in text


def test_the_start_page_links_to_usage_and_to_running_answers(dana: Administrator) -> None:
    text = dana.text("/admin/")
    assert '<a href="/admin/usage/"><strong>Usage</strong>' in text
    assert '<a href="/admin/live/"><strong>Live</strong>' in text


def test_models_that_go_on_beyond_max_tokens_are_named_and_counted(
    dana: Administrator, people: People
) -> None:
    keeps, ignores = priced_model("vendor/keeps"), priced_model("vendor/ignores")
    for tokens in (200, 201, 900):
        answered(people.alice, keeps, (10, 200))
        answered(people.alice, ignores, (10, tokens))
    for slug, column in (("models", "model"), ("providers", "provider")):
        counted = {line[column]: line["overlong_answers"] for line in dana.export(slug)}
        named = {"vendor/keeps": "0", "vendor/ignores": "2"}
        assert counted == (named if slug == "models" else {keeps.provider.name: "2"})
    assert (
        "Some models went on beyond the max_tokens of a request: vendor/ignores in 2 answers."
        in dana.text("/admin/usage/models/")
    )
    UsageTotal.objects.update(overlong=0)
    assert "beyond the max_tokens" not in dana.text("/admin/usage/models/")
