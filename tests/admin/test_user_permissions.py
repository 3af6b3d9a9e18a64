"""Permissions of staff and superusers over accounts."""

import pytest

from conversations.models import Rule, User
from tests.admin.administrator import USERS, Administrator, audit_entries
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(person: User) -> str:
    return f"{USERS}{person.pk}/change/"


def test_staff_manage_users_without_permissions(sam: Administrator, people: People) -> None:
    assert sam.change(page_of(people.alice), first_name="Alice") == {}
    assert audit_entries() == [("sam", "changed", "alice")]


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "user_permissions"])
@pytest.mark.parametrize("whom", ["alice", "sam"])
def test_staff_cannot_give_permissions(
    sam: Administrator, people: People, field: str, whom: str
) -> None:
    person = User.objects.get(username=whom)
    before = (person.is_staff, person.is_superuser, person.user_permissions.count())
    form = {"username": whom, "email": person.email, "is_active": "on", field: "1"}
    sam.client.post(page_of(person), form)
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, person.user_permissions.count()) == before


@pytest.mark.parametrize("field", ["is_superuser", "is_staff"])
def test_superusers_give_permissions(dana: Administrator, people: People, field: str) -> None:
    dana.change(page_of(people.alice), **{field: "on"})
    people.alice.refresh_from_db()
    assert getattr(people.alice, field) is True


def test_staff_cannot_add_a_user_with_permissions(sam: Administrator) -> None:
    sam.change(
        f"{USERS}add/",
        username="erin", email="", usable_password="true", password1=PASSWORD, password2=PASSWORD,
        is_staff="on", is_superuser="on",
    )  # fmt: skip
    erin = User.objects.get(username="erin")
    assert (erin.is_staff, erin.is_superuser) == (False, False)


def test_staff_do_nothing_to_administrators(sam: Administrator, people: People) -> None:
    stored = User.objects.filter(username="dana").values().get()
    other = User.objects.create_user("olga", is_staff=True)
    for person in (people.dana, other):
        root = f"{USERS}{person.pk}/"
        assert sam.client.post(f"{root}change/", {"username": "x"}).status_code == 403
        assert sam.client.post(f"{root}password/", {"password1": "x"}).status_code == 403
        assert sam.client.post(f"{root}delete/", {"post": "yes"}).status_code == 403
        sam.act("deactivate", [person])
        sam.act("remove_second_factors", [person])
        sam.act("unlock", [person])
        sam.act("set_limit", [person], measure="tokens", period="day", amount="1")
    assert User.objects.filter(username="dana").values().get() == stored
    assert User.objects.get(pk=other.pk).is_active
    assert (audit_entries(), Rule.objects.count()) == ([], 0)


def test_an_action_names_the_users_it_left_out(sam: Administrator, people: People) -> None:
    answer = sam.act("deactivate", [people.alice, people.dana])
    page = sam.client.get(answer["Location"]).content.decode()
    assert "1 user was changed. Left out: dana. Only superusers may change" in page


@pytest.mark.parametrize("action", ["deactivate", "activate", "change_groups", "set_limit"])
def test_an_administrator_who_may_only_view_has_no_actions(
    sam: Administrator, people: People, action: str
) -> None:
    sam.user.user_permissions.set(sam.user.user_permissions.filter(codename="view_user"))
    fields = {"measure": "tokens", "period": "day", "amount": "1", "join": "in"}
    sam.act(action, [people.alice], **fields)
    assert audit_entries() == []
    assert sam.status(f"{USERS}import/") == 403


def test_limits_in_bulk_need_the_permissions_of_limits(sam: Administrator, people: People) -> None:
    fields = {"measure": "tokens", "period": "day", "amount": "1"}
    sam.act("set_limit", [people.alice], **fields)
    assert Rule.objects.count() == 1
    kept = sam.user.user_permissions.exclude(codename__endswith="_rule")
    sam.user.user_permissions.set(kept)
    sam.act("set_limit", [people.bob], **fields)
    assert Rule.objects.count() == 1


def test_pages_that_would_show_seeds_and_tokens_are_gone(dana: Administrator) -> None:
    for place in ("mfa/authenticator", "socialaccount/socialapp", "usersessions/usersession"):
        assert dana.status(f"/admin/{place}/") == 404
