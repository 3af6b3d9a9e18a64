"""Groups, the site's policy, and invitations in the administration."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from conversations.models import Invitation, Policy, User
from tests.admin.administrator import Administrator, audit_entries, last_change
from tests.people import PASSWORD, People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db
GROUPS = "/admin/auth/group/"
POLICY = "/admin/conversations/policy/"
INVITATIONS = "/admin/conversations/invitation/"


def test_a_group_shows_its_members_models_and_limits(dana: Administrator, people: People) -> None:
    staff = Group.objects.create(name="staff")
    people.alice.groups.add(staff)
    model = make_model()
    model.groups.add(staff)
    rule = limit(1_000, group=staff)
    page = dana.text(f"{GROUPS}{staff.pk}/change/")
    for said in (
        "1 user", f"groups__id__exact={staff.pk}", "test/model", "1,000 tokens a day",
        f"/admin/conversations/rule/{rule.pk}/change/",
    ):  # fmt: skip
        assert said in page
    listed = dana.client.get(GROUPS).context["cl"].result_list[0]
    assert (listed.member_count, listed.model_count, listed.rule_count) == (1, 1, 1)


def test_a_group_is_added_and_changed_with_audit_entries(dana: Administrator) -> None:
    assert dana.change(f"{GROUPS}add/", name="staff") == {}
    group = Group.objects.get()
    dana.change(f"{GROUPS}{group.pk}/change/", name="crew")
    assert audit_entries() == [("dana", "added", "staff"), ("dana", "changed", "crew")]
    assert last_change() == ({"name": "staff"}, {"name": "crew"})


def test_names_of_groups_differ_by_more_than_capitals(dana: Administrator) -> None:
    staff = Group.objects.create(name="staff")
    assert list(dana.change(f"{GROUPS}add/", name="Staff")) == ["name"]
    assert dana.change(f"{GROUPS}{staff.pk}/change/", name="Staff") == {}
    assert [group.name for group in Group.objects.all()] == ["Staff"]


def test_staff_cannot_give_a_group_permissions_in_the_administration(sam: Administrator) -> None:
    group = Group.objects.create(name="staff")
    sam.user.groups.add(group)
    some = Permission.objects.values_list("pk", flat=True)[:3]
    address = f"{GROUPS}{group.pk}/change/"
    assert sam.change(address, name="crew", permissions=list(some)) == {}
    group.refresh_from_db()
    assert (group.name, group.permissions.count()) == ("crew", 0)


def test_superusers_give_a_group_permissions(dana: Administrator) -> None:
    group = Group.objects.create(name="staff")
    some = Permission.objects.values_list("pk", flat=True)[:3]
    dana.change(f"{GROUPS}{group.pk}/change/", permissions=list(some))
    assert group.permissions.count() == 3
    assert len(last_change()[1]["permissions"]) == 3


def test_the_list_of_policies_is_its_one_page(dana: Administrator) -> None:
    answer = dana.client.get(POLICY)
    assert answer.status_code == 302
    assert dana.change(answer["Location"], currency="eur") == {}
    assert Policy.objects.get().currency == "EUR"
    assert audit_entries() == [("dana", "changed", "Site policy")]


def test_looking_at_the_policy_decides_nothing(dana: Administrator) -> None:
    dana.text(dana.client.get(POLICY)["Location"])
    assert Policy.objects.count() == 0


def test_there_is_never_a_second_policy(dana: Administrator) -> None:
    Policy.objects.create(pk=7)
    assert dana.client.get(POLICY)["Location"] == f"{POLICY}7/change/"
    assert dana.client.post(f"{POLICY}add/", {"currency": "EUR"}).status_code == 403
    assert dana.client.post(f"{POLICY}7/delete/", {"post": "yes"}).status_code == 403
    assert dana.client.post(f"{POLICY}1/change/", {"currency": "EUR"}).status_code == 302
    assert [policy.currency for policy in Policy.objects.all()] == ["USD"]


@pytest.mark.parametrize("currency", ["US", "U$D", "12A"])
def test_an_invalid_currency_is_refused(dana: Administrator, currency: str) -> None:
    assert list(dana.change(f"{POLICY}1/change/", currency=currency)) == ["currency"]
    assert Policy.objects.count() == 0


@pytest.mark.parametrize(
    "days",
    [
        {"default_link_days": "9999999999"},
        {"longest_link_days": "3651"},
        {"default_link_days": "31", "longest_link_days": "30"},
    ],
)
def test_days_that_no_link_can_live_are_refused(dana: Administrator, days: dict[str, str]) -> None:
    assert list(dana.change(f"{POLICY}1/change/", **days)) == list(days)[:1]
    assert Policy.objects.count() == 0


def test_the_policy_needs_its_permission(sam: Administrator) -> None:
    assert sam.status(POLICY) == 403
    assert sam.client.post(f"{POLICY}1/change/", {"currency": "EUR"}).status_code == 403
    assert Policy.objects.count() == 0


def test_the_link_of_an_invitation_is_shown_once_and_works(
    dana: Administrator, people: People
) -> None:
    staff = Group.objects.create(name="staff")
    fields = {"email": "erin@example.org", "groups": [staff.pk], "days": 2}
    answer = dana.client.post(f"{INVITATIONS}add/", fields)
    link = answer.context["invitation"].link
    assert f'value="{link}"' in answer.content.decode()
    invitation = Invitation.objects.get()
    token = link.split("/")[-2]
    for page in (INVITATIONS, f"{INVITATIONS}{invitation.pk}/change/"):
        assert token not in dana.text(page)
    Client().post(f"/invite/{token}/", {"username": "erin", "password": PASSWORD})
    assert list(User.objects.get(username="erin").groups.all()) == [staff]
    assert [action for _, action, _ in audit_entries()] == ["invited", "accepted"]
    assert token not in str(last_change())


def test_a_withdrawn_invitation_is_closed(dana: Administrator) -> None:
    link = dana.client.post(f"{INVITATIONS}add/", {"days": 7}).context["invitation"].link
    invitation = Invitation.objects.get()
    dana.client.post(f"{INVITATIONS}{invitation.pk}/delete/", {"post": "yes"})
    assert Client().get(f"/invite/{link.split('/')[-2]}/").status_code == 404
    assert [action for _, action, _ in audit_entries()] == ["invited", "deleted"]


@pytest.mark.parametrize("fields", [{"days": 0}, {"days": 366}, {"email": "alice@example.org"}])
def test_an_invitation_that_cannot_work_is_not_made(
    dana: Administrator, people: People, fields: dict[str, object]
) -> None:
    assert dana.change(f"{INVITATIONS}add/", **fields) != {}
    assert (Invitation.objects.count(), audit_entries()) == (0, [])


def test_an_invitation_is_never_changed(dana: Administrator) -> None:
    dana.client.post(f"{INVITATIONS}add/", {"days": 7})
    invitation = Invitation.objects.get()
    answer = dana.client.post(f"{INVITATIONS}{invitation.pk}/change/", {"email": "x@example.org"})
    assert answer.status_code == 403


def test_invitations_need_their_permission(sam: Administrator) -> None:
    assert sam.status(INVITATIONS) == 403
    assert sam.client.post(f"{INVITATIONS}add/", {"days": 7}).status_code == 403
    assert Invitation.objects.count() == 0
