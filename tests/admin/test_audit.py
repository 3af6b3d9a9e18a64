"""The audit log: an entry for each change, never with secrets."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import AsyncClient

from conversations import audit
from conversations.admin import export
from conversations.audit.devices import device_in_words
from conversations.audit.origin import Origin, coming_from
from conversations.models import AuditEntry, Policy, Provider, SecurityEvent, User
from tests.admin.administrator import Administrator, audit_entries, last_change
from tests.clock import Clock
from tests.people import People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db
CANARY = "sk-canary-1618"
LOG = "/admin/conversations/auditentry/"


def audit_log_text() -> str:
    return json.dumps(list(AuditEntry.objects.values("action", "target_name", "before", "after")))


def test_an_entry_has_only_the_changed_fields(people: People) -> None:
    policy = Policy.objects.create(currency="USD")
    with audit.change(people.dana, "changed", policy):
        policy.currency = "EUR"
        policy.save()
    assert last_change() == ({"currency": "USD"}, {"currency": "EUR"})


def test_a_save_that_changes_nothing_leaves_no_entry(people: People) -> None:
    policy = Policy.objects.create()
    with audit.change(people.dana, "changed", policy):
        policy.save()
    assert audit_entries() == []


def test_an_entry_has_the_members_of_a_many_to_many_field(people: People) -> None:
    staff = Group.objects.create(name="staff")
    with audit.change(people.dana, "changed", people.alice):
        people.alice.groups.add(staff)
    assert last_change() == ({}, {"groups": ["staff"]})


def test_an_encrypted_field_is_only_said_to_be_set_changed_and_removed(people: People) -> None:
    provider = Provider.objects.create(name="One", base_url="http://127.0.0.1:9/v1")
    said = []
    for key in (CANARY, f"{CANARY}-2", ""):
        with audit.change(people.dana, "changed", provider):
            provider.api_key = provider.extra_headers = key
            provider.save()
        said.append(last_change()[1])
    assert said == [
        {"api_key": word, "extra_headers": word} for word in ("set", "changed", "removed")
    ]
    assert CANARY not in audit_log_text()


@pytest.mark.parametrize(
    "name",
    ["key", "api_key", "apikey", "X-Api-Key", "client_secret", "password", "token", "Authorization",
     "access_token", "passwords"],
)  # fmt: skip
def test_a_value_named_like_a_secret_is_hidden_at_any_depth(people: People, name: str) -> None:
    audit.record(people.dana, "changed", people.alice, {}, {name: CANARY})
    audit.record(people.dana, "changed", people.alice, {}, {"headers": [{name: CANARY}]})
    assert CANARY not in audit_log_text()
    assert AuditEntry.objects.filter(after={name: "set"}).count() == 1


@pytest.mark.parametrize("name", ["prompt_tokens", "reasoning_tokens", "monkey", "keyboard"])
def test_a_value_whose_name_only_resembles_a_secret_is_shown(people: People, name: str) -> None:
    audit.record(people.dana, "changed", people.alice, {name: 1}, {name: 2})
    assert last_change() == ({name: 1}, {name: 2})


def test_an_entry_outlives_its_actor_and_its_target(people: People) -> None:
    audit.record(people.dana, "changed", people.alice, {}, {"x": 1})
    people.alice.delete()
    people.dana.delete()
    assert audit_entries() == [("dana", "changed", "alice")]


def test_the_page_of_a_model_and_its_deletion_leave_entries(dana: Administrator) -> None:
    model = make_model()
    address = f"/admin/conversations/languagemodel/{model.pk}/"
    dana.client.post(f"{address}delete/", {"post": "yes"})
    assert audit_entries() == [("dana", "deleted", "test/model")]
    assert last_change()[0]["upstream_name"] == "test/model"


def test_a_deletion_has_entries_for_the_records_deleted_with_it(
    dana: Administrator, people: People
) -> None:
    model = make_model()
    limit(1_500_000, "cost", language_model=model, user=people.alice)
    limit(400, language_model=model, group=Group.objects.create(name="staff"))
    dana.client.post(f"/admin/conversations/provider/{model.provider.pk}/delete/", {"post": "yes"})
    assert sorted(name for _, action, name in audit_entries() if action == "deleted") == [
        "Group: staff: 400 tokens a day for test/model",
        "Provider at http://127.0.0.1:9/v1",
        "alice: 1.50 USD a day for test/model",
        "test/model",
    ]
    assert AuditEntry.objects.changes().exclude(target_id="None").count() == 4


def test_the_audit_log_is_searched_filtered_and_shown(dana: Administrator, people: People) -> None:
    audit.record(people.dana, "changed", people.alice, {"email": "a@x.org"}, {"email": "b@x.org"})
    audit.record(people.dana, "deleted", people.bob, {}, {})
    root = "/admin/conversations/auditentry/"
    entry = AuditEntry.objects.changes().earliest("pk")
    assert "b@x.org" in dana.text(f"{root}{entry.pk}/change/")
    for query, names in (
        ("?q=ali", ["alice"]), ("?did=deleted", ["bob"]), ("?kind=conversations.rule", []),
        ("?kind=conversations.user", ["bob", "alice", "dana"]),
    ):  # fmt: skip
        found = dana.client.get(root + query).context["cl"].result_list
        assert [each.target_name for each in found] == names


def test_nobody_can_write_the_audit_log(dana: Administrator, people: People) -> None:
    audit.record(people.dana, "changed", people.alice, {}, {"x": 1})
    root = "/admin/conversations/auditentry/"
    entry = AuditEntry.objects.changes().get()
    for page in (f"{root}add/", f"{root}{entry.pk}/delete/"):
        assert dana.client.post(page, {"post": "yes"}).status_code == 403
    assert dana.client.post(f"{root}{entry.pk}/change/", {"action": "x"}).status_code == 403
    dana.client.post(root, {"action": "delete_selected", "_selected_action": entry.pk, "post": "y"})
    assert audit_entries() == [("dana", "changed", "alice")]


def test_the_audit_log_needs_its_permission(sam: Administrator, people: People) -> None:
    audit.record(people.dana, "changed", people.alice, {}, {"x": 1})
    root = "/admin/conversations/auditentry/"
    assert sam.status(root) == 200
    sam.user.user_permissions.clear()
    assert sam.status(root) == 403


# Security events


def test_security_events_are_filtered_by_sort_person_address_and_day(
    dana: Administrator, people: People, clock: Clock
) -> None:
    AuditEntry.objects.all().delete()
    with coming_from(Origin("203.0.113.5")):
        audit.record_event(SecurityEvent.SIGNED_IN, people.alice)
        audit.record_event(SecurityEvent.SIGN_IN_FAILED, people.bob)
    clock.advance(days=1)
    with coming_from(Origin("2001:db8::1")):
        audit.record_event(SecurityEvent.SESSIONS_ENDED, people.alice, by=people.dana)
        audit.record(people.dana, "deactivated", people.charlie, {}, {})
    ended, signed_in, failed = "sessions ended", "signed in", "sign-in failed"
    for query, actions in (
        ("?sort=changes", ["deactivated"]),
        ("?sort=events", [ended, failed, signed_in]),
        ("?sort=failures", [failed]),
        (f"?person={people.alice.pk}", [ended, signed_in]),
        (f"?person={people.dana.pk}", ["deactivated", ended]),
        ("?person=nobody", []),
        ("?address=203.0.113.5", [failed, signed_in]),
        ("?q=2001:DB8:0::1", ["deactivated", ended]),
        ("?q=alice", [ended, signed_in]),
        ("?q=2026-11-29", [failed, signed_in]),
        ("?q=2026-11-30+dana", ["deactivated", ended]),
        ("?did=sessions+ended", [ended]),
    ):
        found = dana.client.get(LOG + query).context["cl"].result_list
        assert [each.action for each in found] == actions, query


def test_a_page_of_an_event_says_from_where_and_with_which_browser(
    dana: Administrator, people: People
) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    with coming_from(Origin("203.0.113.5", firefox)):
        for _ in range(3):
            audit.record_event(SecurityEvent.SIGN_IN_FAILED, people.alice)
    entry = AuditEntry.objects.latest("pk")
    page = dana.text(f"{LOG}{entry.pk}/change/")
    for shown in ("Sign-in failed × 3", "203.0.113.5", "Firefox on Windows", "alice"):
        assert shown in page
    assert "Sign-in failed × 3" in dana.text(LOG)


def downloaded(user: User, form: str, **query: Any) -> tuple[dict[str, str], str]:
    """The headers and the text of an export, as a running site streams it."""

    async def read() -> tuple[dict[str, str], str]:
        client = AsyncClient()
        await client.aforce_login(user)
        response = await client.get(f"{LOG}export/{form}/", query)
        pieces = [piece async for piece in response.streaming_content]
        return dict(response.headers), b"".join(pieces).decode()

    return asyncio.run(read())


@pytest.mark.django_db(transaction=True)
def test_the_filtered_log_is_exported_as_json_lines_and_csv(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    with coming_from(Origin("203.0.113.5", '=cmd|"x"\u2028')):
        for _ in range(5):
            audit.record_event(SecurityEvent.KEY_MADE, people.alice, key='=HYPERLINK("x")\n')
        audit.record_event(SecurityEvent.SIGN_IN_FAILED, people.alice)
    headers, text = downloaded(people.dana, "jsonl", address="203.0.113.5")
    assert headers["Content-Type"] == "application/x-ndjson"
    assert headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["outcome"] for line in lines] == ["failure", *["success"] * 5]
    assert lines[1]["at"].endswith("+00:00")
    assert (lines[1]["actor_name"], lines[1]["address"]) == ("alice", "203.0.113.5")
    headers, text = downloaded(people.dana, "csv", address="203.0.113.5")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 6
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_the_export_needs_the_permission_and_has_two_forms(
    sam: Administrator, dana: Administrator, people: People
) -> None:
    assert dana.status(f"{LOG}export/xml/") == 404
    sam.user.user_permissions.clear()
    assert sam.status(f"{LOG}export/jsonl/") == 403


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148 Safari/604.1",
         "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
         "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "Safari on macOS"),
        ("curl/8.5.0", "curl"), ("", "unknown device"), ("<b>x</b>", "unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_words(sent: str, words: str) -> None:
    assert device_in_words(sent) == words
