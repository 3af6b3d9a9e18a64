"""The matrix of readers, kinds of links and states of links."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from conversations.models import Policy, ShareLink, User
from tests.people import People
from tests.sharing.talk import browser_of, make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)

READERS = ("anonymous", "other", "named", "member", "author", "admin")
KINDS: dict[str, dict[str, Any]] = {
    "public": {"audience": "public"},
    "signed_in": {"audience": "signed_in"},
    "named": {"audience": "named", "usernames": ("bob",)},
    "group": {"audience": "named", "group_ids": (7,)},
}
# An administrator is a reader like any other; an author may always open a live link.
LIVE = {
    "public": set(READERS),
    "signed_in": {"other", "named", "member", "author", "admin"},
    "named": {"named", "author"},
    "group": {"member", "author"},
}
STATES = (
    "live", "expired", "used up", "revoked", "author deactivated", "revoked with conversation",
)  # fmt: skip


def bring_about(state: str, link: ShareLink) -> None:
    """Put a live link into a state."""
    row = ShareLink.objects.filter(pk=link.pk)
    match state:
        case "expired":
            row.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "used up":
            row.update(max_views=3, views=3)
        case "revoked":
            row.revoke()
        case "author deactivated":
            User.objects.filter(pk=link.user_id).update(is_active=False)
        case "revoked with conversation":
            row.update(revoked_at=timezone.now(), revoked_with_conversation=True)


@pytest.fixture
def readers(people: People) -> dict[str, User | None]:
    member = User.objects.create_user("maria")
    group = Group.objects.create(pk=7, name="readers")
    group.user_set.set([member, people.alice])
    accounts = (None, people.charlie, people.bob, member, people.alice, people.dana)
    return dict(zip(READERS, accounts, strict=True))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_read_by_its_audience_only(
    people: People, readers: dict[str, User | None], kind: str, state: str
) -> None:
    link = share(make_talk(people.alice), **KINDS[kind])
    browsers = {name: browser_of(reader) for name, reader in readers.items()}
    bring_about(state, link)
    answers = {name: browser.get(path_of(link)) for name, browser in browsers.items()}
    statuses = {name: answer.status_code for name, answer in answers.items()}
    admitted = LIVE[kind] if state == "live" else set()
    assert statuses == {name: 200 if name in admitted else 404 for name in READERS}
    shown = {name for name, answer in answers.items() if "tides" in answer.text}
    assert shown == admitted


@pytest.mark.parametrize("part", ["conversation.md", "continue/"])
@pytest.mark.parametrize("state", STATES[1:])
def test_a_link_that_is_not_live_gives_no_copy(people: People, state: str, part: str) -> None:
    link = share(make_talk(people.alice))
    bring_about(state, link)
    browser = browser_of(people.bob)
    path = f"{path_of(link)}{part}"
    answer = browser.post(path, {"key": "made up"}) if part == "continue/" else browser.get(path)
    assert answer.status_code == (302 if part == "continue/" else 404)
    assert "tides" not in answer.text
    assert people.bob.conversations.count() == 0


def test_a_deactivated_reader_is_not_signed_in(people: People) -> None:
    link = share(make_talk(people.alice), audience="signed_in")
    browser = browser_of(people.bob)
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    assert browser.get(path_of(link)).status_code == 404


def test_links_for_anyone_show_nothing_once_the_site_forbids_them(people: People) -> None:
    talk = make_talk(people.alice)
    anyone, signed_in = share(talk), share(talk, audience="signed_in")
    Policy.objects.create(public_links=False)
    browser = browser_of(people.bob)
    assert browser.get(path_of(anyone)).status_code == 404
    assert browser.get(path_of(signed_in)).status_code == 200
