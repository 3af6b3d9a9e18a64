"""Limits in the administration."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Rule, exact_amount
from conversations.quotas.amounts import NotALimit, amount_from_words
from tests.admin.administrator import Administrator, audit_entries, last_change
from tests.people import People, make_model
from tests.quotas.books import limit

RULES = "/admin/conversations/rule/"
NEW = {"measure": "tokens", "period": "day", "amount": "100k", "enabled": "on"}


@pytest.mark.parametrize(
    ("measure", "text", "amount"),
    [
        ("tokens", "500", 500), ("tokens", "100k", 100_000), ("tokens", "2.5M", 2_500_000),
        ("tokens", "1,500", 1_500), ("tokens", "1 234 567", 1_234_567), ("tokens", " 7 k ", 7_000),
        ("requests", "0", 0), ("cost", "12.50", 12_500_000), ("cost", "1,000", 1_000_000_000),
        ("cost", "0.000001", 1), ("cost", "3", 3_000_000),
    ],
)  # fmt: skip
def test_an_amount_may_have_separators_and_suffixes(measure: str, text: str, amount: int) -> None:
    assert amount_from_words(measure, text) == amount
    assert amount_from_words(measure, exact_amount(measure, amount)) == amount


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        ("tokens", "many"), ("tokens", "-5"), ("tokens", "1.500"), ("tokens", "1,50"),
        ("tokens", "1.0005k"), ("cost", "0.0000001"), ("cost", "1,50"), ("tokens", "9" * 20),
        ("tokens", "1e9"), ("tokens", "NaN"), ("tokens", ""), ("cost", "12.50 USD"),
        ("tokens", "٣"),
    ],
)  # fmt: skip
def test_an_ambiguous_or_invalid_amount_is_refused(measure: str, text: str) -> None:
    with pytest.raises(NotALimit):
        amount_from_words(measure, text)


@pytest.mark.django_db
def test_a_limit_is_added_for_everyone_a_group_and_a_user(
    dana: Administrator, people: People
) -> None:
    staff = Group.objects.create(name="staff")
    for subject in ({}, {"group": staff.pk}, {"user": people.alice.pk}):
        assert dana.change(f"{RULES}add/", **NEW, **subject) == {}
    page = dana.text(RULES)
    for said in ("Everyone", "Group: staff", "alice", "100,000 tokens a day"):
        assert said in page
    assert [rule.limit for rule in Rule.objects.all()] == [100_000] * 3
    assert [action for _, action, _ in audit_entries()] == ["added"] * 3


@pytest.mark.django_db
def test_a_cost_is_entered_and_shown_in_the_currency(dana: Administrator) -> None:
    dana.change(f"{RULES}add/", **NEW | {"measure": "cost", "amount": "12.50"})
    assert "12.50 USD a day" in dana.text(RULES)
    assert Rule.objects.get().limit == 12_500_000


@pytest.mark.django_db
def test_a_changed_limit_has_an_audit_entry_with_both_values(dana: Administrator) -> None:
    rule = limit(1_000)
    page = f"{RULES}{rule.pk}/change/"
    assert 'value="1,000"' in dana.text(page)
    assert dana.change(page, amount="2k") == {}
    assert last_change() == ({"limit": 1000}, {"limit": 2000})


@pytest.mark.django_db
def test_a_second_limit_in_the_same_slot_is_refused(dana: Administrator, people: People) -> None:
    limit(5, user=people.alice)
    wrong = dana.change(f"{RULES}add/", **NEW, user=people.alice.pk)
    text = "Such a limit exists already: alice, 5 tokens a day. Change that one."
    assert wrong == {"__all__": [text]}
    for other in ({"user": people.bob.pk}, {"user": people.alice.pk, "period": "hour"}):
        assert dana.change(f"{RULES}add/", **NEW | other) == {}


@pytest.mark.django_db
def test_limits_of_two_models_stand_beside_each_other(dana: Administrator) -> None:
    one, two = make_model("one"), make_model("two")
    limit(5)
    for model in (one, two):
        assert dana.change(f"{RULES}add/", **NEW, language_model=model.pk) == {}
    assert list(dana.change(f"{RULES}add/", **NEW, language_model=two.pk)) == ["__all__"]


@pytest.mark.django_db
def test_a_limit_is_for_a_user_or_a_group_and_not_for_both(
    dana: Administrator, people: People
) -> None:
    staff = Group.objects.create(name="staff")
    wrong = dana.change(f"{RULES}add/", **NEW, user=people.alice.pk, group=staff.pk)
    assert list(wrong) == ["group"]
    assert Rule.objects.count() == 0


@pytest.mark.django_db
def test_limits_are_filtered_and_searched(dana: Administrator, people: People) -> None:
    staff = Group.objects.create(name="staff")
    everyone, group, alice = limit(1), limit(2, group=staff), limit(3, user=people.alice)
    for query, rules in (
        ("?subject=everyone", [everyone]), ("?subject=group", [group]), ("?q=staff", [group]),
        ("?subject=person", [alice]), ("?q=ali", [alice]), ("?measure__exact=cost", []),
    ):  # fmt: skip
        assert list(dana.client.get(RULES + query).context["cl"].result_list) == rules


@pytest.mark.django_db
def test_the_list_takes_as_many_statements_for_thirty_limits_as_for_three(
    dana: Administrator, people: People
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            dana.text(RULES)
        return len(queries)

    limit(1, user=people.alice, measure="cost")
    dana.text(RULES)
    few = statements()
    for number in range(30):
        limit(1, user=people.bob, measure="cost", language_model=make_model(f"m{number}"))
    # The filter by model appears with the second one, and takes one query.
    assert statements() <= few + 1


@pytest.mark.django_db
@pytest.mark.parametrize(("permission", "status"), [("view_rule", 200), ("view_user", 403)])
def test_limits_are_for_staff_with_their_permissions(
    sam: Administrator, permission: str, status: int
) -> None:
    rule = limit(5)
    kept = sam.user.user_permissions.filter(codename=permission)
    sam.user.user_permissions.set(kept)
    assert sam.status(RULES) == status
    assert sam.client.post(f"{RULES}{rule.pk}/change/", NEW).status_code == 403
    assert sam.client.post(f"{RULES}add/", NEW).status_code == 403
    rule.refresh_from_db()
    assert (rule.limit, Rule.objects.count()) == (5, 1)
