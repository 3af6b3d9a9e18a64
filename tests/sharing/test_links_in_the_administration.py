"""Links in the administration: listed without token or content, revoked with audit entries."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations.models import Policy, ShareLink
from tests.admin.administrator import Administrator, audit_entries, last_change, staff_member
from tests.people import People
from tests.sharing.made import link_of

pytestmark = pytest.mark.django_db
LINKS = "/admin/conversations/sharelink/"


@pytest.fixture
def dana(people: People) -> Administrator:
    """Dana, signed in to the administration."""
    return Administrator(people.dana)


def titles(administrator: Administrator, query: str = "") -> list[str]:
    """The titles in the list, in order."""
    found = administrator.client.get(LINKS + query).context["cl"].result_list
    return [link.title for link in found]


def revoke(administrator: Administrator, links: list[ShareLink]) -> Any:
    """Choose links in the list, revoke them and confirm."""
    chosen = {"action": "revoke", "_selected_action": [str(link.pk) for link in links]}
    return administrator.client.post(LINKS, {**chosen, "confirmed": "1"}, follow=True)


def test_an_administrator_sees_no_token_and_no_content(dana: Administrator, people: People) -> None:
    link = link_of(people.alice)
    ShareLink.objects.update(article="The article itself", snapshot={"title": "The snapshot"})
    for address in (LINKS, f"{LINKS}{link.pk}/change/"):
        page = dana.text(address)
        assert "alice" in page
        for hidden in (
            "A picnic",
            link.sealed_token,
            link.token_hash,
            "The article",
            "The snapshot",
        ):
            assert hidden not in page


def test_links_are_found_by_author_reader_and_state_and_never_by_title(
    dana: Administrator, people: People
) -> None:
    link_of(people.alice, "Live")
    link_of(people.alice, "Over", expires_at=timezone.now())
    link_of(people.alice, "Used", max_views=1, views=1)
    link_of(people.bob, "Gone", revoked_at=timezone.now(), expires_at=timezone.now())
    link_of(people.bob, "Named", audience="named").users.add(people.charlie)
    assert titles(dana, "?q=bob") == ["Named", "Gone"]
    assert titles(dana, "?q=charlie") == ["Named"]
    assert titles(dana, "?q=Over") == []
    states = {"live": ["Named", "Live"], "expired": ["Over"], "used_up": ["Used"]}
    for state, expected in {**states, "revoked": ["Gone"]}.items():
        assert titles(dana, f"?state={state}") == expected
        assert [link.state for link in ShareLink.objects.filter(title__in=expected)] == [
            state for _title in expected
        ]
    people.bob.is_active = False
    people.bob.save()
    assert titles(dana, "?author=closed") == ["Named", "Gone"]


def test_links_are_revoked_with_audit_entries(dana: Administrator, people: People) -> None:
    links = [link_of(people.alice, "One"), link_of(people.bob, "Two")]
    other = link_of(people.bob, "Kept")
    assert "2 links were revoked." in revoke(dana, links).content.decode()
    assert [link.title for link in ShareLink.objects.live()] == [other.title]
    assert sorted(audit_entries()) == sorted(("dana", "revoked", str(link)) for link in links)
    assert not {"One", "Two"} & {str(link) for link in links}
    assert "token" not in str(last_change())


def test_revoking_asks_for_confirmation(dana: Administrator, people: People) -> None:
    link = link_of(people.alice)
    answer = dana.client.post(LINKS, {"action": "revoke", "_selected_action": [str(link.pk)]})
    assert "Within a second nobody can open these links any more" in answer.content.decode()
    assert ShareLink.objects.live().count() == 1
    assert audit_entries() == []


def test_a_link_cannot_be_added_changed_or_deleted(dana: Administrator, people: People) -> None:
    link = link_of(people.alice)
    for address in (f"{LINKS}add/", f"{LINKS}{link.pk}/change/", f"{LINKS}{link.pk}/delete/"):
        assert dana.client.post(address, {"title": "Mine"}).status_code == 403
    assert ShareLink.objects.get().title == "A picnic"


def test_viewing_and_revoking_are_separate_permissions(people: People) -> None:
    link = link_of(people.alice)
    assert Administrator(staff_member("sam")).status(LINKS) == 403
    viewer = Administrator(staff_member("vera", "view_sharelink"))
    assert titles(viewer) == ["A picnic"]
    revoke(viewer, [link])
    assert ShareLink.objects.live().count() == 1
    revoke(Administrator(staff_member("rita", "view_sharelink", "change_sharelink")), [link])
    assert ShareLink.objects.live().count() == 0


def test_the_policy_bounds_links(dana: Administrator) -> None:
    Policy.objects.create(pk=1)
    policy = "/admin/conversations/policy/1/change/"
    assert list(dana.change(policy, default_link_days="0")) == ["default_link_days"]
    days = {"default_link_days": "14", "longest_link_days": "14"}
    assert dana.change(policy, public_links=None, **days) == {}
    current = Policy.current()
    assert (current.public_links, current.longest_link_days) == (False, 14)
    assert last_change()[1] == {
        "public_links": False, "default_link_days": 14, "longest_link_days": 14,
    }  # fmt: skip


def test_a_shorter_lifetime_applies_to_existing_links(dana: Administrator, people: People) -> None:
    week = timezone.now() + timedelta(days=7)
    for_ever, short = link_of(people.alice), link_of(people.alice, expires_at=week)
    Policy.objects.create(pk=1)
    days = {"default_link_days": "14", "longest_link_days": "14"}
    assert dana.change("/admin/conversations/policy/1/change/", **days) == {}
    end = ShareLink.objects.get(pk=for_ever.pk).expires_at
    assert end is not None
    assert timedelta(days=13) < end - timezone.now() <= timedelta(days=14)
    assert ShareLink.objects.get(pk=short.pk).expires_at == week


def test_the_list_needs_a_fixed_number_of_queries(
    dana: Administrator, people: People, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        link_of(people.alice, f"Talk {number}")
    with django_assert_max_num_queries(12):
        assert len(titles(dana)) == 50
