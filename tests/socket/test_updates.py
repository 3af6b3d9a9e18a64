"""Updates of an open page through a real socket: size, errors and order."""

import json
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from conversations.chat import tree, turns
from conversations.chat.turns import Turn
from conversations.models import Conversation, Generation, Message, User
from conversations.socket import page
from tests.bench.browser import Frame, Tab
from tests.socket.room import MODEL, Room


def long_conversation(characters: int) -> Conversation:
    """A conversation of Alice's with that many characters in all."""
    conversation = Conversation.objects.create(user=User.objects.get(username="alice"), title="T")
    parent = None
    for part in ["水" * (characters // 2)] * 2:
        parent = Message.objects.create(
            conversation=conversation, parent=parent, role="user", content=part, changed_in=1
        )
    conversation.head = parent
    conversation.version = 1
    conversation.save()
    return conversation


async def answer_to(tab: Tab, frame_type: str, frame: Frame) -> Frame:
    """Send a frame; returns the first frame of that type that follows."""
    found: list[Frame] = []

    def listen(text: str, _at: float) -> None:
        received: Frame = json.loads(text)
        found.extend([received] if received["type"] == frame_type else [])

    tab.on_text = listen
    await tab.say(frame)
    await tab.until(lambda: bool(found))
    return found[0]


def test_a_page_is_sent_all_changes_of_a_long_conversation(room: Room) -> None:
    conversation = long_conversation(600_000)
    watching = {
        "type": "conversation.open", "conversation_id": str(conversation.pk), "version": 0
    }  # fmt: skip
    frame = room.with_tab(lambda tab: answer_to(tab, "conversation.changed", watching))
    assert sum(len(message["content"]) for message in frame["messages"]) == 600_000


def test_a_page_whose_changes_cannot_be_read_reconnects(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing = ["not now"]
    real: Any = page.read_update

    def news(*given: Any) -> Any:
        if failing:
            raise OperationalError(failing.pop())
        return real(*given)

    monkeypatch.setattr(page, "read_update", news)

    async def work(tab: Tab) -> int | None:
        await tab.send("Please, tokens=2", MODEL)
        await tab.until(lambda: tab.connections == 2)
        return tab.close_code

    assert room.with_tab(work) == 4500
    caplog.clear()


def test_of_many_frames_the_last_one_decides(room: Room) -> None:
    conversation = long_conversation(10)
    first, second = conversation.messages.order_by("created_at")

    async def step(tab: Tab) -> list[int]:
        versions: list[int] = []

        def listen(text: str, _at: float) -> None:
            received: Frame = json.loads(text)
            versions.extend([received["version"]] if received["type"] == "done" else [])

        tab.on_text = listen
        for head in [first, second] * 8 + [first]:
            await tab.say(
                {
                    "type": "conversation.show",
                    "request_id": str(uuid4()),
                    "conversation_id": str(conversation.pk),
                    "head_id": str(head.pk),
                }
            )
        await tab.until(lambda: len(versions) == 17)
        return versions

    # Each answer has the version of the conversation with the branch that was asked for.
    assert room.with_tab(step) == list(range(2, 19))
    conversation.refresh_from_db()
    assert (conversation.version, conversation.head) == (18, first)


def test_an_answer_uses_the_settings_that_were_sent_before_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken, real = Event(), turns.regenerate

    def configure(*given: Any) -> int:
        # An answer that did not wait would start within this time, without the settings.
        overtaken.wait(0.5)
        return real_configure(*given)

    def regenerate(*given: Any, **named: Any) -> Turn:
        overtaken.set()
        return real(*given, **named)

    real_configure = tree.configure
    monkeypatch.setattr(tree, "configure", configure)
    monkeypatch.setattr(turns, "regenerate", regenerate)

    async def ask_again(tab: Tab) -> Frame:
        turn = await tab.send("Please, tokens=1", MODEL)
        await tab.finished(turn["generation_id"])
        settings = {"parameters": {"temperature": 0.5}, "system_message": "", "model": MODEL}
        conversation_id = turn["conversation"]["id"]
        await tab.say(
            {"type": "conversation.configure", "conversation_id": conversation_id, **settings}
        )
        answer_id = turn["messages"][-1]["id"]
        again = {"type": "turn.regenerate", "message_id": answer_id, "model": MODEL}
        return await tab.request(again)

    turn = room.with_tab(ask_again)
    assert Generation.objects.get(pk=turn["generation_id"]).parameters == {"temperature": 0.5}
