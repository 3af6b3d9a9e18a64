"""The page of a link: what it holds, its headers, and its copy as Markdown."""

import pytest

from tests.people import People
from tests.sharing.talk import browser_of, make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_shows_the_conversation_and_counts_the_view(people: People) -> None:
    link = share(make_talk(people.alice))
    page = browser_of(None).get(path_of(link))
    assert page.status_code == 200
    assert "What are tides?" in page.text
    assert "Water, <em>moved</em>." in page.text
    link.refresh_from_db()
    assert (link.views, link.last_viewed_at is not None) == (1, True)
