"""Access cookies: each grants one link, for twelve hours."""

import time

import pytest
from django.test import Client

from conversations.models import ShareLink
from conversations.views.shared import COOKIE
from tests.people import People
from tests.sharing.talk import browser_of, make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)


def reader_with(cookie: str) -> Client:
    """A browser that sends this access cookie to every page."""
    browser = browser_of(None)
    browser.cookies[COOKIE] = cookie
    return browser


def copy_status(browser: Client, link: ShareLink) -> int:
    return browser.get(f"{path_of(link)}conversation.md").status_code


def test_a_cookie_of_another_link_grants_nothing(people: People) -> None:
    seen, other = (share(make_talk(people.alice), max_views=1) for _ in range(2))
    ShareLink.objects.filter(pk=other.pk).update(views=1)
    cookie = browser_of(None).get(path_of(seen)).cookies[COOKIE].value
    assert copy_status(reader_with(cookie), seen) == 200
    assert copy_status(reader_with(cookie), other) == 404


def test_a_forged_cookie_grants_nothing(people: People) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame")
    page = reader_with("viewed:made-up").get(path_of(link))
    assert ("A pass-phrase is needed" in page.text, "tides" in page.text) == (True, False)


def test_a_pass_phrase_is_asked_for_again_after_twelve_hours(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame")
    answer = browser_of(None).post(path_of(link), {"passphrase": "open sesame"})
    reader = reader_with(answer.cookies[COOKIE].value)
    assert "tides" in reader.get(path_of(link)).text
    later = time.time() + 12 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    reader = reader_with(answer.cookies[COOKIE].value)
    assert "A pass-phrase is needed" in reader.get(path_of(link)).text
