"""The look for what open pages may not know: one for all of them, none for an idle page alone."""

import asyncio
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.generation.revocation import Visitor
from conversations.models import Conversation, Counter, Rule, User
from conversations.socket.looking import look
from conversations.socket.page import Page
from tests.people import People

pytestmark = pytest.mark.django_db


def visitor(user: User) -> Visitor:
    """A user who has just signed in."""
    client = Client()
    client.force_login(user)
    return Visitor(user.pk, client.session.session_key or "")


def page_of(seen: Visitor, closed: list[int]) -> Page:
    """A page whose reads are counted by its wake-ups."""

    async def send(text: str) -> None:
        """Ignore the frame."""

    async def close(code: int) -> None:
        closed.append(code)

    return Page(User.objects.get(pk=seen.user_id), seen.session_key, send, close)


def long_ago() -> datetime:
    return timezone.now() - timedelta(minutes=1)


def test_a_look_costs_the_same_queries_for_one_page_and_for_many(people: People) -> None:
    visitors = [visitor(user) for user in (people.alice, people.bob, people.charlie, people.dana)]
    with CaptureQueriesContext(connection) as of_one:
        look(visitors[:1], long_ago())
    with CaptureQueriesContext(connection) as of_all:
        seen = look(visitors, long_ago())
    assert len(of_all) == len(of_one)
    assert set(seen.users) == set(visitors)


def test_a_session_that_has_ended_is_not_seen(people: People) -> None:
    alice, bob = visitor(people.alice), visitor(people.bob)
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    seen = look([alice, bob, Visitor(people.alice.pk, bob.session_key)], long_ago())
    assert set(seen.users) == {alice}


def test_changes_are_seen_by_their_users_alone(people: People) -> None:
    mine = Conversation.objects.create(user=people.alice, title="Tides")
    seen = look([visitor(people.alice), visitor(people.bob)], long_ago())
    assert dict(seen.versions) == {people.alice.pk: {mine.pk: mine.version}}


@pytest.mark.parametrize("what", ["a rule", "its limit", "its period", "the use"])
def test_a_mark_differs_once_limits_or_their_use_do(people: People, what: str) -> None:
    rule = Rule.objects.create(measure="requests", period="day", limit=5)
    alice = visitor(people.alice)
    before = look([alice], long_ago()).marks
    assert look([alice], long_ago()).marks == before
    if what == "a rule":
        Rule.objects.create(measure="tokens", period="day", limit=5)
    elif what == "its period":
        Rule.objects.filter(pk=rule.pk).update(period="month")
    elif what == "its limit":
        Rule.objects.filter(pk=rule.pk).update(limit=6)
    else:
        key = {"measure": "requests", "period": "day", "period_start": timezone.now()}
        Counter.objects.create(user=people.alice, used=1, held=0, **key)
    assert look([alice], long_ago()).marks != before


def test_a_page_of_which_nothing_has_changed_reads_nothing(people: People) -> None:
    Conversation.objects.create(user=people.alice, title="Tides")
    alice = visitor(people.alice)
    page = page_of(alice, [])
    page.heed(look([alice], long_ago()))
    assert page._wakeup.is_set()
    page._wakeup.clear()
    page.heed(look([alice], long_ago()))
    assert not page._wakeup.is_set()


def test_a_page_is_read_again_after_a_while(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = visitor(people.alice)
    page = page_of(alice, [])
    page.heed(look([alice], long_ago()))
    page._wakeup.clear()
    monkeypatch.setattr("conversations.socket.page.READ_AGAIN_SECONDS", -1)
    page.heed(look([alice], long_ago()))
    assert page._wakeup.is_set()


def test_the_socket_of_a_visitor_who_is_signed_out_is_closed(people: People) -> None:
    closed: list[int] = []
    alice = visitor(people.alice)
    page = page_of(alice, closed)
    seen = look([visitor(people.bob)], long_ago())

    async def heed() -> None:
        page.heed(seen)
        await asyncio.sleep(0)

    asyncio.run(heed())
    assert closed == [4401]
