"""Administrators list and revoke API keys, and never see a key itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, AuditEntry, User
from conversations.quotas.amounts import Limit
from tests.admin.administrator import Administrator, staff_member
from tests.people import People

pytestmark = pytest.mark.django_db
KEYS = "/admin/conversations/apikey/"


def made(user: User, name: str = "nightly", **choices: Any) -> ApiKey:
    """A key of the user's."""
    return api_keys.create(user, KeyChoices(name, **choices))[0]


def revoke(administrator: Administrator, *keys: ApiKey) -> None:
    """Choose the action for these keys and confirm it."""
    chosen = {"action": "revoke", "_selected_action": [key.pk for key in keys]}
    answer = administrator.client.post(KEYS, {**chosen, "confirmed": "1"})
    assert answer.status_code == 302


def test_the_list_shows_the_user_and_the_state_of_a_key(people: People) -> None:
    key = made(people.alice, "build server")
    made(people.bob, "old one", expires_at=timezone.now())
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now() - timedelta(days=3))
    text = Administrator(people.dana).text(KEYS)
    for part in ("alice", "build server", f"{key.prefix}…", "expired", "working", "never"):
        assert part in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=alice", {"first", "ended"}),
        ("q=second", {"second"}),
        ("state=working", {"first"}),
        ("state=expired", {"second"}),
        ("state=revoked", {"ended"}),
        ("user__id__exact={bob}", {"second"}),
    ],
)
def test_the_list_is_searched_and_filtered(people: People, query: str, names: set[str]) -> None:
    made(people.alice, "first")
    made(people.bob, "second", expires_at=timezone.now())
    api_keys.revoke(made(people.alice, "ended"))
    page = Administrator(people.dana).client.get(f"{KEYS}?{query.format(bob=people.bob.pk)}")
    assert {key.name for key in page.context["cl"].result_list} == names


def test_each_revoked_key_has_an_audit_entry(people: People) -> None:
    keys = [made(people.alice, "first"), made(people.bob, "second")]
    ended = made(people.bob, "ended")
    api_keys.revoke(ended)
    revoke(Administrator(people.dana), *keys, ended)
    assert not ApiKey.objects.unrevoked().exists()
    entries = AuditEntry.objects.filter(action="API key revoked", actor=people.dana).order_by("pk")
    assert [(each.target_name, each.after) for each in entries] == [
        (key.user.username, {"key": str(key)}) for key in keys
    ]


def test_staff_revoke_keys_of_users_and_not_of_administrators(people: People) -> None:
    erin = staff_member("erin", "view_apikey", "change_apikey")
    of_alice, of_dana, own = made(people.alice), made(people.dana), made(erin)
    revoke(Administrator(erin), of_alice, of_dana, own)
    assert list(ApiKey.objects.unrevoked()) == [of_dana]


def test_without_the_permission_there_is_nothing_to_see(people: People) -> None:
    key = made(people.alice)
    administrator = Administrator(staff_member("erin"))
    assert (administrator.status(KEYS), administrator.status(f"{KEYS}{key.pk}/change/")) == (
        403,
        403,
    )


def test_a_key_is_seen_and_not_changed(people: People) -> None:
    limits = [Limit("tokens", "day", None, 5_000)]
    key = made(people.alice, models=[], addresses=["10.0.0.0/8"], limits=limits)
    administrator = Administrator(people.dana)
    text = administrator.text(f"{KEYS}{key.pk}/change/")
    for part in ("10.0.0.0/8", "5,000 tokens a day", key.prefix):
        assert part in text
    assert key.key_hash not in text
    administrator.client.post(f"{KEYS}{key.pk}/change/", {"name": "mine", "user": people.dana.pk})
    key.refresh_from_db()
    assert (key.name, key.user) == ("nightly", people.alice)
    assert (
        administrator.status(f"{KEYS}add/"),
        administrator.status(f"{KEYS}{key.pk}/delete/"),
    ) == (403, 403)


def test_a_limit_of_a_key_is_not_among_those_of_administrators(people: People) -> None:
    key = made(people.alice, limits=[Limit("tokens", "day", None, 4_321)])
    administrator = Administrator(people.dana)
    assert "4,321" not in administrator.text("/admin/conversations/rule/")
    address = f"/admin/conversations/rule/{key.rules.get().pk}/change/"
    assert administrator.status(address) == 302


def test_a_users_page_lists_their_keys(people: People) -> None:
    made(people.alice, "build server")
    made(people.bob, "bobs")
    text = Administrator(people.dana).text(f"/admin/conversations/user/{people.alice.pk}/change/")
    assert "build server" in text
    assert "bobs" not in text
