"""The ledger's list: searched, filtered and exported, never changed, never counted to the end."""

import asyncio
import csv
import io
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.admin import export, ledger
from conversations.models import LanguageModel, LedgerEntry, User
from conversations.quotas import settlement
from tests.admin.administrator import Administrator
from tests.admin.answers import a_varied_month, answered, priced_model
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/conversations/ledgerentry/"


@pytest.fixture
def month(people: People) -> None:
    a_varied_month(people)


def listed(dana: Administrator, **query: Any) -> list[tuple[str, str]]:
    """The username and the model of each line, in order."""
    page = dana.text(LIST, **query)
    people = re.findall(r'field-username"[^>]*>([^<]*)', page)
    return list(zip(people, re.findall(r'field-model_name"[^>]*>([^<]*)', page), strict=True))


def exported(user: User, **query: Any) -> list[dict[str, str]]:
    """The lines of the export as a running site streams them."""

    async def read() -> str:
        client = AsyncClient()
        await client.aforce_login(user)
        response = await client.get(f"{LIST}export/", query)
        return b"".join([piece async for piece in response.streaming_content]).decode()

    return list(csv.DictReader(io.StringIO(asyncio.run(read()).removeprefix("\ufeff"))))


def test_an_entry_is_shown_and_nobody_can_add_change_or_delete_one(
    dana: Administrator, month: None
) -> None:
    before = list(LedgerEntry.objects.order_by("pk").values())
    path = f"{LIST}{before[0]['id']}/"
    assert "alice" in dana.text(f"{path}change/")
    assert dana.client.post(f"{path}change/", {"username": "mallory"}).status_code == 403
    assert dana.client.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    assert dana.client.post(f"{LIST}add/", {"username": "mallory"}).status_code == 403
    assert dana.client.post(LIST, {"action": "delete_selected"}).status_code in {200, 302}
    assert list(LedgerEntry.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"outcome": "failed"}, [("charlie", "other/model"), ("bob", "vendor/small")]),
        ({"error_code": "timeout"}, [("charlie", "other/model")]),
        ({"source__exact": "estimate"}, [("bob", "other/model"), ("alice", "vendor/large")]),
        (
            {"model_name": "vendor/large"},
            [("alice", "vendor/large"), ("alice", "vendor/large")],
        ),
        (
            {"provider_name": "Provider at http://127.0.0.1:10/v1"},
            [("charlie", "other/model"), ("bob", "other/model")],
        ),
        ({"q": "bob"}, [("bob", "other/model"), ("bob", "vendor/small")]),
        ({"q": "bo"}, []),
        ({"q": "vendor/l"}, [("alice", "vendor/large"), ("alice", "vendor/large")]),
        ({"q": "alice vendor/s"}, [("alice", "vendor/small")]),
        ({"q": "alice bob"}, []),
    ],
)
def test_filters_and_search_find_the_right_entries(
    dana: Administrator, month: None, query: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert listed(dana, **query) == expected


def test_a_day_is_found_by_its_date(dana: Administrator, month: None) -> None:
    assert sorted(listed(dana, q=str(timezone.now().date()))) == [
        ("alice", "vendor/small"),
        ("bob", "vendor/small"),
    ]


def test_the_newest_entry_comes_first(dana: Administrator, month: None) -> None:
    newest = LedgerEntry.objects.latest("settled_at", "pk")
    assert listed(dana)[0] == (newest.username, newest.model_name)
    assert len(listed(dana)) == LedgerEntry.objects.count()


def test_the_list_counts_no_further_than_it_shows(
    dana: Administrator, month: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_LISTED", 3)
    with CaptureQueriesContext(connection) as queries:
        assert "3 ledger entries" in dana.text(LIST)
    counting = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counting
    assert all("LIMIT 3" in sql for sql in counting)


def test_the_list_asks_as_many_questions_of_thirty_entries_as_of_one(
    dana: Administrator, people: People
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            dana.text(LIST)
        return len(queries)

    model = priced_model("vendor/small")
    answered(people.alice, model)
    few = asked()
    for _ in range(29):
        answered(people.bob, model)
    assert asked() == few


def test_the_export_has_every_entry_that_the_filters_select(
    people: People, month: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    entries = LedgerEntry.objects.order_by("-settled_at", "-pk")
    lines = exported(people.dana)
    ids = [str(key) for key in entries.values_list("generation_id", flat=True)]
    assert [line["generation_id"] for line in lines] == ids
    assert {line["username"] for line in exported(people.dana, q="bob")} == {"bob"}
    assert sum(int(line["cost_micros"]) for line in lines) == sum(
        entries.values_list("cost_micros", flat=True)
    )


def test_entries_of_one_moment_are_each_exported_once(
    people: People, month: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    LedgerEntry.objects.update(settled_at=timezone.now())
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    ids = [line["generation_id"] for line in exported(people.dana)]
    assert len(ids) == len(set(ids)) == LedgerEntry.objects.count()


def test_an_answer_that_was_settled_months_later_fits_into_the_ledger(people: People) -> None:
    answered(people.alice, priced_model("vendor/small"), days_ago=90)
    assert LedgerEntry.objects.get().duration_ms == settlement.LONGEST_MS


def test_names_cannot_become_formulas_in_a_spreadsheet(people: People) -> None:
    answered(people.alice, priced_model("@SUM(A1)"))
    assert [line["model_name"] for line in exported(people.dana)] == ["'@SUM(A1)"]


def test_the_list_and_the_export_need_the_permission_to_view(people: People) -> None:
    people.bob.is_staff = True
    people.bob.save()
    client = Client()
    for path in (LIST, f"{LIST}export/"):
        client.logout()
        assert client.get(path).status_code == 302
        client.force_login(people.alice)
        assert client.get(path).status_code == 302
        client.force_login(people.bob)
        assert client.get(path).status_code == 403
    people.bob.user_permissions.add(Permission.objects.get(codename="view_ledgerentry"))
    assert client.get(LIST).status_code == 200
    assert exported(people.bob) == []


def test_the_filters_offer_the_models_of_today(dana: Administrator, month: None) -> None:
    LanguageModel.objects.filter(name="vendor/large").delete()
    page = dana.text(LIST)
    assert "?model_name=vendor%2Fsmall" in page
    assert "?model_name=vendor%2Flarge" not in page
