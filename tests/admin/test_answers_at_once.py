"""The number of answers at once of users, groups and keys in the administration."""

import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import GroupPolicy, User
from conversations.quotas import concurrency
from tests.admin.administrator import USERS, Administrator, audit_entries, last_change
from tests.people import People

pytestmark = pytest.mark.django_db
GROUPS = "/admin/auth/group/"


def at_once(user: User) -> int:
    """The number that holds for a user now."""
    return concurrency.answers_at_once(User.objects.get(pk=user.pk))


def test_a_user_has_a_number_of_their_own(
    dana: Administrator, people: People, settings: Settings
) -> None:
    settings.RUNNING_ANSWERS = 7
    address = f"{USERS}{people.alice.pk}/change/"
    assert "7 answers at once on the page, and 7 for programs." in dana.text(address)
    assert dana.change(address, answers_at_once="1") == {}
    assert (at_once(people.alice), at_once(people.bob)) == (1, 7)
    assert last_change() == ({}, {"answers_at_once": 1})
    assert "One answer at once on the page, and one for programs." in dana.text(address)
    assert dana.change(address, answers_at_once="") == {}
    assert at_once(people.alice) == 7


def test_staff_may_set_it_as_well(sam: Administrator, people: People) -> None:
    assert sam.change(f"{USERS}{people.alice.pk}/change/", answers_at_once="3") == {}
    assert at_once(people.alice) == 3


@pytest.mark.parametrize("number", ["0", "-1", "10001", "many"])
def test_a_number_that_cannot_be_is_refused(
    dana: Administrator, people: People, number: str
) -> None:
    group = Group.objects.create(name="staff")
    for address in (f"{USERS}{people.alice.pk}/change/", f"{GROUPS}{group.pk}/change/"):
        assert list(dana.change(address, answers_at_once=number)) == ["answers_at_once"]
    assert not GroupPolicy.objects.exists()


def test_of_a_user_s_groups_the_most_generous_decides(dana: Administrator, people: People) -> None:
    for name, number in (("small", "2"), ("large", "30"), ("any", "")):
        assert dana.change(f"{GROUPS}add/", name=name, answers_at_once=number) == {}
        people.alice.groups.add(Group.objects.get(name=name))
    assert (at_once(people.alice), at_once(people.bob)) == (30, 16)
    changes = [entry for entry in audit_entries() if entry[1] == "changed"]
    assert changes == [("dana", "changed", "small"), ("dana", "changed", "large")]
    address = f"{GROUPS}{Group.objects.get(name='large').pk}/change/"
    assert dana.change(address, answers_at_once="") == {}
    assert last_change() == ({"answers_at_once": 30}, {"answers_at_once": None})
    assert at_once(people.alice) == 2


def test_an_old_page_of_a_group_does_not_undo_a_newer_number(dana: Administrator) -> None:
    group = Group.objects.create(name="staff")
    address = f"{GROUPS}{group.pk}/change/"
    old = dana.client.get(address).context["adminform"].form["drawn_from"].value()
    assert dana.change(address, answers_at_once="5") == {}
    assert list(dana.change(address, drawn_from=old, answers_at_once="")) == ["__all__"]
    assert GroupPolicy.objects.get().answers_at_once == 5


@pytest.mark.parametrize(
    ("number", "shown"), [(None, "as many as its user’s programs may have"), (4, ">4<")]
)
def test_the_number_of_a_key_is_shown(
    dana: Administrator, people: People, number: int | None, shown: str
) -> None:
    choices = KeyChoices("nightly", answers_at_once=number)
    key, _secret = api_keys.create(people.alice, choices)
    assert shown in dana.text(f"/admin/conversations/apikey/{key.pk}/change/")
