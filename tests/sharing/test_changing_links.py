"""A snapshot takes time to make; meanwhile others write, and what it shows can change."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from conversations import access
from conversations.models import Conversation, ShareLink
from conversations.refusal import Refused
from conversations.sharing import links
from conversations.sharing.projection import project
from tests.people import People
from tests.sharing.talk import make_talk, selection, share

pytestmark = pytest.mark.django_db(transaction=True)


def while_rendering(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Call a function each time that a snapshot is made for a link."""

    def made(*arguments: Any) -> Any:
        act()
        return project(*arguments)

    monkeypatch.setattr(links, "project", made)


def test_nothing_is_rendered_in_a_transaction(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    while_rendering(monkeypatch, lambda: held.append(connection.in_atomic_block))
    talk = make_talk(people.alice)
    link = share(talk)
    links.update_snapshot(people.alice, link.pk, selection(talk))
    assert held == [False, False]


def test_a_conversation_that_is_deleted_meanwhile_gets_no_link(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = make_talk(people.alice)
    deleted = Conversation.objects.filter(pk=talk.pk)
    while_rendering(monkeypatch, lambda: deleted.update(deleted_at=timezone.now()))
    with pytest.raises(access.NotFound):
        share(talk)
    assert not ShareLink.objects.exists()


def test_a_link_that_is_revoked_meanwhile_keeps_what_it_showed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = make_talk(people.alice)
    link = share(talk)
    while_rendering(monkeypatch, lambda: links.revoke(people.alice, link.pk))
    with pytest.raises(Refused):
        links.update_snapshot(people.alice, link.pk, selection(talk, masks=("tides",)))
    link.refresh_from_db()
    assert "tides" in link.article
