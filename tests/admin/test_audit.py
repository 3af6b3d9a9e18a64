"""The audit log: an entry for each change, never with secrets."""

import json

import pytest
from django.contrib.auth.models import Group

from conversations import audit
from conversations.models import AuditEntry, Policy, Provider
from tests.admin.administrator import Administrator, audit_entries, last_change
from tests.people import People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db
CANARY = "sk-canary-1618"


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
