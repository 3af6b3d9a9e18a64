"""The page of the user's own links."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations.models import User
from tests.people import People
from tests.sharing.made import link_of
from tests.sharing.talk import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/account/links/"


def page_of(user: User, address: str = PAGE) -> str:
    """The text of a page for this user."""
    return browser_of(user).get(address).content.decode()


def test_the_list_shows_the_terms_and_views_of_each_link(
    people: People,
) -> None:
    seen_at = timezone.now() - timedelta(days=2)
    link = link_of(people.alice, max_views=5, views=3, last_viewed_at=seen_at)
    text = page_of(people.alice)
    for said in ("A picnic", "Live", "Anyone with the link", "3 of 5", seen_at.isoformat()[:16]):
        assert said in text
    assert f"/c/{link.conversation_id}/" in text
    assert link.url in text


def test_links_of_other_users_are_not_listed(people: People) -> None:
    link_of(people.bob, "A secret plan")
    for person in (people.alice, people.dana):
        assert "A secret plan" not in page_of(person)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"revoked_at": timezone.now()}, "Revoked"),
        ({"expires_at": timezone.now()}, "Expired"),
        ({"max_views": 2, "views": 2}, "Used up"),
        ({"passphrase_hash": "x"}, "pass-phrase"),
        ({"conversation": None}, "conversation deleted"),
    ],
)
def test_the_list_shows_the_state_of_a_link(
    people: People, fields: dict[str, Any], said: str
) -> None:
    link_of(people.alice, **fields)
    assert said in page_of(people.alice)


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, ["copy", "change", "update", "revoke"]),
        ({"expires_at": timezone.now()}, ["change", "update", "revoke"]),
        ({"conversation": None}, ["copy", "change", "revoke"]),
        ({"revoked_at": timezone.now()}, []),
    ],
)
def test_only_possible_actions_of_a_link_are_offered(
    people: People, fields: dict[str, Any], offered: list[str]
) -> None:
    link_of(people.alice, **fields)
    rows = page_of(people.alice).partition('id="own-links"')[2].partition("</ul>")[0]
    actions = ("copy", "change", "update", "revoke")
    assert [action for action in actions if f'data-action="{action}"' in rows] == offered


def test_an_empty_list_says_so(people: People) -> None:
    assert "No links yet." in page_of(people.alice)


def test_many_links_are_split_into_pages(
    people: People, django_assert_max_num_queries: Any
) -> None:
    for number in range(45):
        link_of(people.alice, f"Talk {number:02}")
    browser = browser_of(people.alice)
    with django_assert_max_num_queries(8):
        first = browser.get(PAGE).content.decode()
    assert [f"Talk {number}" in first for number in (44, 25, 24)] == [True, True, False]
    assert "1 to 20 of 45" in first
    assert "Talk 24" in page_of(people.alice, f"{PAGE}?page=2")
    assert "41 to 45 of 45" in page_of(people.alice, f"{PAGE}?page=3")
    assert "41 to 45 of 45" in page_of(people.alice, f"{PAGE}?page=99")


def test_the_account_page_shows_the_number_of_open_links(people: People) -> None:
    link_of(people.alice)
    link_of(people.alice)
    link_of(people.alice, revoked_at=timezone.now())
    text = page_of(people.alice, "/account/")
    assert PAGE in text
    assert "2 active" in text
