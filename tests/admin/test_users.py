"""Administering accounts: adding, changing, closing and deleting them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.accounts import names
from conversations.chat import turns
from conversations.models import (
    AuditEntry,
    BrowserSession,
    Counter,
    Generation,
    Rule,
    UsageDay,
    User,
)
from tests.admin.administrator import USERS, Administrator, audit_entries, last_change
from tests.people import PASSWORD, People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(person: User) -> str:
    return f"{USERS}{person.pk}/change/"


def test_an_added_user_signs_in_with_their_address(dana: Administrator) -> None:
    wrong = dana.change(
        f"{USERS}add/",
        username="erin", email="erin@example.org", usable_password="true",
        password1=PASSWORD, password2=PASSWORD,
    )  # fmt: skip
    assert wrong == {}
    assert audit_entries() == [("dana", "added", "erin")]
    assert EmailAddress.objects.get(user__username="erin").verified is True
    browser = Client()
    browser.post("/accounts/login/", {"login": "erin@example.org", "password": PASSWORD})
    assert "_auth_user_id" in browser.session


def test_two_accounts_cannot_have_one_address(dana: Administrator, people: People) -> None:
    wrong = dana.change(page_of(people.alice), email="BOB@example.org")
    assert list(wrong) == ["email"]
    assert audit_entries() == []


@pytest.mark.parametrize("field", ["username", "email"])
def test_a_name_that_is_taken_meanwhile_is_a_fault_of_the_form(
    dana: Administrator, people: People, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    is_taken, checked = names.is_taken, list[str]()

    def not_yet(name: str, *, but: User | None = None) -> bool:
        checked.append(name)
        return len(checked) > 2 and is_taken(name, but=but)

    monkeypatch.setattr(names, "is_taken", not_yet)
    taken = {"username": "BOB", "email": "Bob@example.org"}
    for page in (page_of(people.alice), f"{USERS}add/"):
        checked.clear()
        password = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        entered = {"username": "erin", "email": "erin@example.org", field: taken[field]}
        wrong = dana.change(page, **entered, **password)
        assert list(wrong) == [field]
    assert audit_entries() == []


def test_a_change_has_an_audit_entry_with_the_values_before(
    dana: Administrator, people: People
) -> None:
    dana.change(page_of(people.alice), email="new@example.org")
    assert last_change() == ({"email": "alice@example.org"}, {"email": "new@example.org"})
    assert EmailAddress.objects.get(user=people.alice, primary=True).email == "new@example.org"


def test_a_changed_password_has_an_audit_entry_without_the_password(
    dana: Administrator, people: People
) -> None:
    fields = {
        "usable_password": "true",
        "password1": "canary quiet 31",
        "password2": "canary quiet 31",
    }
    dana.client.post(f"{USERS}{people.alice.pk}/password/", {**fields, "set-password": "1"})
    assert audit_entries() == [("dana", "changed", "alice")]
    assert last_change() == ({"password": "set"}, {"password": "changed"})
    people.alice.refresh_from_db()
    assert people.alice.check_password("canary quiet 31")


def _running(person: User) -> Generation:
    sending = turns.NewMessage(None, None, "Hello", "test/model", {})
    with transaction.atomic():
        return turns.send(person, uuid4(), sending).generation


@pytest.mark.parametrize("way", ["action", "page"])
def test_deactivating_ends_sessions_and_asks_running_answers_to_stop(
    dana: Administrator, people: People, way: str
) -> None:
    make_model()
    hers, his = _running(people.alice), _running(people.bob)
    for person in (people.alice, people.bob):
        Administrator(person)
    if way == "action":
        dana.act("deactivate", [people.alice])
    else:
        dana.change(page_of(people.alice), is_active=None)
    stops = {each.pk: each.stop_requested_at for each in Generation.objects.all()}
    assert (stops[hers.pk] is None, stops[his.pk] is None) == (False, True)
    owners = set(BrowserSession.objects.values_list("user", flat=True))
    assert owners == {people.bob.pk, people.dana.pk}
    assert last_change() == ({"is_active": True}, {"is_active": False})


def test_a_session_does_not_come_back_with_the_account(dana: Administrator, people: People) -> None:
    alice = Administrator(people.alice)
    dana.act("deactivate", [people.alice])
    dana.act("activate", [people.alice])
    assert alice.status("/") == 302
    assert [action for _, action, _ in audit_entries()] == ["deactivated", "activated"]
    assert User.objects.get(pk=people.alice.pk).is_active


def test_an_action_asks_before_it_does_anything(dana: Administrator, people: People) -> None:
    chosen = {"action": "deactivate", "_selected_action": people.alice.pk}
    page = dana.client.post(USERS, chosen)
    assert "Deactivate users" in page.content.decode()
    assert User.objects.get(pk=people.alice.pk).is_active
    assert audit_entries() == []


def test_nobody_deactivates_or_deletes_themselves(dana: Administrator, people: People) -> None:
    dana.act("deactivate", [people.dana])
    assert list(dana.change(page_of(people.dana), is_active=None)) == ["is_active"]
    assert list(dana.change(page_of(people.dana), is_superuser=None)) == ["is_superuser"]
    assert dana.client.post(f"{USERS}{people.dana.pk}/delete/", {"post": "yes"}).status_code == 403
    dana_now = User.objects.get(pk=people.dana.pk)
    assert (dana_now.is_active, dana_now.is_superuser) == (True, True)
    assert audit_entries() == []


def test_no_username_is_the_address_of_another_account(dana: Administrator, people: People) -> None:
    name = {"username": "Alice@example.org", "usable_password": "false"}
    assert list(dana.change(f"{USERS}add/", **name)) == ["username"]
    assert list(dana.change(page_of(people.bob), username="alice@example.org")) == ["username"]
    assert dana.change(page_of(people.alice), username="alice@example.org") == {}


def test_users_who_are_left_out_are_named_with_the_reason(
    dana: Administrator, people: People
) -> None:
    answer = dana.client.get(dana.act("deactivate", [people.dana]).url)
    [message] = answer.context["messages"]
    assert message.level_tag == "warning"
    assert str(message) == "0 users were changed. Left out: dana. You cannot do this to yourself."


def test_users_are_added_to_groups_and_removed(dana: Administrator, people: People) -> None:
    staff = Group.objects.create(name="staff")
    chosen = [people.alice, people.bob]
    dana.act("change_groups", chosen, join="in", groups=[staff.pk])
    assert set(staff.user_set.all()) == set(chosen)
    dana.act("change_groups", chosen[:1], join="out", groups=[staff.pk])
    assert list(staff.user_set.all()) == [people.bob]
    assert audit_entries() == [("dana", "changed", name) for name in ("alice", "bob", "alice")]
    assert last_change() == ({"groups": ["staff"]}, {"groups": []})


def test_a_limit_for_many_is_made_or_takes_the_place_of_theirs(
    dana: Administrator, people: People
) -> None:
    limit(5, user=people.alice, enabled=False)
    kept = limit(7, user=people.alice, period="month")
    fields = {"measure": "tokens", "period": "day", "amount": "100k"}
    dana.act("set_limit", [people.alice, people.bob], **fields)
    of_day = Rule.objects.filter(period="day").order_by("user__username")
    assert [(each.user.username, each.limit, each.enabled) for each in of_day] == [
        ("alice", 100_000, True), ("bob", 100_000, True),
    ]  # fmt: skip
    kept.refresh_from_db()
    assert kept.limit == 7
    assert [action for _, action, _ in audit_entries()] == ["changed", "added"]


def test_an_invalid_limit_changes_nothing(dana: Administrator, people: People) -> None:
    fields = {"measure": "tokens", "period": "day", "amount": "many"}
    page = dana.act("set_limit", [people.alice], **fields)
    assert "Write a number such as" in page.content.decode()
    assert (Rule.objects.count(), audit_entries()) == (0, [])


def test_a_lost_second_factor_is_removed(dana: Administrator, people: People) -> None:
    Authenticator.objects.create(user=people.alice, type="totp", data={"secret": "canary-seed"})
    dana.act("remove_second_factors", [people.alice, people.bob])
    assert Authenticator.objects.count() == 0
    assert audit_entries() == [("dana", "removed second factors", "alice")]
    assert "canary" not in str(last_change())


def test_somebody_who_is_locked_out_can_sign_in_at_once(
    dana: Administrator, people: People
) -> None:
    form = {"login": "alice", "password": PASSWORD}
    for _ in range(10):
        Client().post("/accounts/login/", {**form, "password": "a guess"})
    assert Client().post("/accounts/login/", form).status_code == 429
    dana.act("unlock", [people.alice, people.bob])
    assert audit_entries() == [("dana", "forgot failed sign-ins", "alice")]
    assert Client().post("/accounts/login/", form).status_code == 302


def test_the_list_shows_this_months_usage(dana: Administrator, people: People) -> None:
    today = timezone.now().date()
    first = today.replace(day=1)
    # Of today, of the first of the month, and of the months before.
    for number, day in enumerate((today, first, first - timedelta(days=1), first - timedelta(365))):
        UsageDay.objects.create(
            day=day, user=people.alice, username="alice", provider_name="p", outcome="completed",
            model_name=f"m{number}", prompt_tokens=1000, completion_tokens=200, cost_micros=250_000,
        )  # fmt: skip
    assert "2,400 tokens · 0.50 USD" in dana.text(USERS)


def test_the_list_takes_the_same_queries_for_forty_users_as_for_four(
    dana: Administrator, people: People
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            dana.text(USERS)
        return len(queries)

    dana.text(USERS)
    few = statements()
    group = Group.objects.create(name="staff")
    for number in range(40):
        User.objects.create_user(f"person{number}").groups.add(group)
    assert statements() == few


def test_users_are_searched_and_filtered(dana: Administrator, people: People) -> None:
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    for query, expected in (
        ("?q=alice@", ["alice"]),
        ("?is_active__exact=0", ["bob"]),
        ("?is_staff__exact=1", ["dana"]),
    ):
        found = dana.client.get(USERS + query).context["cl"].result_list
        assert [each.username for each in found] == expected


def test_a_users_page_shows_the_deciding_rules_and_their_status(
    dana: Administrator, people: People
) -> None:
    limit(1_000)
    limit(5_000, user=people.alice)
    Counter.objects.create(
        user=people.alice, measure="tokens", period="day", used=1_200, held=300,
        period_start=timezone.now().replace(hour=0, minute=0, second=0, microsecond=0),
    )  # fmt: skip
    page = dana.text(page_of(people.alice))
    for said in ("5,000 tokens", "1,200 tokens", "300 tokens", "3,500 tokens"):
        assert said in page
    assert ">1,000 tokens" not in page


def test_the_page_of_a_deletion_counts_conversations_and_lists_none(
    dana: Administrator, people: People
) -> None:
    make_model()
    _running(people.alice)
    page = dana.text(f"{USERS}{people.alice.pk}/delete/")
    assert ("alice" in page, "Hello" in page) == (True, False)
    dana.client.post(f"{USERS}{people.alice.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="alice").exists()
    deleted = AuditEntry.objects.exclude(action="signed in")
    told = deleted.values_list("actor_name", "action", "target_name")
    assert list(told) == [("dana", "account deleted", f"(deleted account {people.alice.pk})")]
