"""Open pages are told how the limits stand, and why a turn was refused."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from conversations.chat import library, tree
from conversations.database.threads import in_thread
from conversations.models import Conversation, Counter, Preset, Rule, User
from conversations.refusal import Refused
from conversations.socket import frames, handlers
from conversations.socket.page import Page
from tests.people import People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db(transaction=True)


def told(user: User, *deeds: Callable[[Page], Awaitable[Any]]) -> list[dict[str, Any]]:
    """The frames that a page of the user's is sent while these things happen."""
    frames: list[dict[str, Any]] = []

    async def send(text: str) -> None:
        frames.append(json.loads(text))

    async def close(code: int) -> None:
        frames.append({"type": "closed", "code": code})

    async def whole() -> None:
        page = Page(user, "", send, close)
        for deed in deeds:
            await deed(page)
        page.leave()

    asyncio.run(whole())
    return frames


def test_a_page_is_told_once_and_again_when_a_limit_has_changed(people: People) -> None:
    rule = limit(1_000)

    async def raise_the_limit(page: Page) -> None:
        await Rule.objects.filter(pk=rule.pk).aupdate(limit=5_000)

    deeds = (Page.send_update, Page.send_update, raise_the_limit, Page.send_update)
    frames = told(people.alice, *deeds)
    assert [frame["type"] for frame in frames] == ["quota.changed", "quota.changed"]
    assert [frame["quota"][0]["limit"] for frame in frames] == [1_000, 5_000]


def test_a_refused_turn_tells_which_limit_left_too_little_room(people: People) -> None:
    model = make_model()
    limit(1_000_000)
    limit(3, period="month", language_model=model)
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=None, parent_id=None, content="Tea?", model=model.name
    )
    (refusal,) = told(people.alice, lambda page: handlers.handle(page, frame))
    assert (refusal["type"], refusal["code"]) == ("error", "quota_exceeded")
    standing = refusal["standing"]
    assert (standing["limit"], standing["period"], standing["left"]) == (3, "month", 3)
    assert standing["model"] == model.name
    assert not Counter.objects.exclude(held=0).exists()


def test_a_turn_that_is_refused_for_another_reason_names_no_limit(people: People) -> None:
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=None, parent_id=None, content="Tea?", model="none"
    )
    (refusal,) = told(people.alice, lambda page: handlers.handle(page, frame))
    assert (refusal["code"], refusal["standing"]) == ("unknown_model", None)


def test_a_page_that_cannot_be_told_what_is_new_is_closed_and_comes_back(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(user: User) -> None:
        raise OperationalError("not now")

    monkeypatch.setattr("conversations.socket.page.quota_state", broken)

    async def send_updates(page: Page) -> None:
        page.mark_changed(uuid4())
        await page.run_while_open(page.send_updates)

    assert told(people.alice, send_updates) == [{"type": "closed", "code": 4500}]
    assert "not now" in caplog.text


def test_a_page_that_moves_on_while_it_sends_is_told_of_what_it_shows_then(people: People) -> None:
    model = make_model()
    other = Conversation.objects.create(user=people.alice, title="Other")
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=None, parent_id=None, content="Tea?", model=model.name
    )

    async def send_and_move_on(page: Page) -> None:
        sending = asyncio.create_task(handlers.handle(page, frame))
        await asyncio.sleep(0)
        await page.open(other.pk, 0)
        await sending

    async def rename(page: Page) -> None:
        await in_thread(tree.rename, people.alice, other.pk, "Renamed")
        await page.send_update()

    sent = told(people.alice, send_and_move_on, rename)
    changed = [each for each in sent if each["type"] == "conversation.changed"]
    assert [each["conversation"]["title"] for each in changed] == ["Renamed"]


def test_a_preset_that_is_refused_takes_nothing_from_the_others(people: People) -> None:
    library.save_preset(people.alice, "Calm", {}, "", is_default=True)
    with pytest.raises(Refused):
        library.save_preset(people.alice, "Wild", {"temperature": 99}, "", is_default=True)
    assert Preset.objects.get().is_default
