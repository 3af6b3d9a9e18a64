"""The frames of one open page: updates, the status of limits, and refused turns."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from chatsite import log_context
from conversations.chat import library, tree, turns
from conversations.chat.turns import NewMessage, Turn
from conversations.database.threads import in_thread
from conversations.generation import lifecycle
from conversations.models import Conversation, Counter, Preset, Rule, User
from conversations.refusal import Refused
from conversations.socket import frames, handlers
from conversations.socket.page import Page
from conversations.socket.rechecks import rechecks
from conversations.transcript import Finished
from tests.chat.written import answered
from tests.people import People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 5
ANSWERING = "conversations.answering"


def frames_sent(user: User, *actions: Callable[[Page], Awaitable[Any]]) -> list[dict[str, Any]]:
    """The frames that a page of the user's is sent while these actions run."""
    frames: list[dict[str, Any]] = []

    async def send(text: str) -> None:
        frames.append(json.loads(text))

    async def close(code: int) -> None:
        frames.append({"type": "closed", "code": code})

    async def whole() -> None:
        page = Page(user, "", send, close)
        for action in actions:
            await action(page)
        page.leave()

    asyncio.run(whole())
    return frames


def test_a_limit_is_sent_once_and_again_after_it_was_changed(people: People) -> None:
    rule = limit(1_000)

    async def raise_the_limit(page: Page) -> None:
        await Rule.objects.filter(pk=rule.pk).aupdate(limit=5_000)

    actions = (Page.send_update, Page.send_update, raise_the_limit, Page.send_update)
    frames = frames_sent(people.alice, *actions)
    told = [frame for frame in frames if frame["type"] == "quota.changed"]
    assert [frame["quota"][0]["limit"] for frame in told] == [1_000, 5_000]


def test_a_page_is_sent_which_conversations_are_answering_whenever_they_change(
    people: People,
) -> None:
    make_model()
    turns_of: list[Turn] = []

    async def begin(page: Page) -> None:
        for user in (people.alice, people.bob):
            new = NewMessage(None, None, "Hi", "test/model", {})
            turns_of.append(await in_thread(turns.send, user, uuid4(), new))

    async def end(page: Page) -> None:
        ended = Finished("completed", {"0": "stop"})
        generation = turns_of[0].generation
        await in_thread(lifecycle.finish, generation.pk, generation.epoch, ended)

    update = Page.send_update
    frames = frames_sent(people.alice, update, update, begin, update, update, end, update)
    told = [each["conversation_ids"] for each in frames if each["type"] == ANSWERING]
    assert told == [[], [str(turns_of[0].conversation.pk)], []]


def test_a_refused_turn_has_the_status_of_the_limit_that_is_exhausted(people: People) -> None:
    model = make_model()
    limit(1_000_000)
    limit(3, period="month", language_model=model)
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=None, parent_id=None, content="Tea?", model=model.name
    )
    (refusal,) = frames_sent(people.alice, lambda page: handlers.handle(page, frame))
    assert (refusal["type"], refusal["code"]) == ("error", "quota_exceeded")
    standing = refusal["standing"]
    assert (standing["limit"], standing["period"], standing["left"]) == (3, "month", 3)
    assert standing["model"] == model.name
    assert not Counter.objects.exclude(held=0).exists()


def test_a_turn_that_is_refused_for_another_reason_has_no_limit(people: People) -> None:
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=None, parent_id=None, content="Tea?", model="none"
    )
    (refusal,) = frames_sent(people.alice, lambda page: handlers.handle(page, frame))
    assert (refusal["code"], refusal["standing"]) == ("unknown_model", None)


def test_a_page_is_closed_when_its_changes_cannot_be_read(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(user: User) -> None:
        raise OperationalError("not now")

    monkeypatch.setattr("conversations.socket.reading.quota_state", broken)

    async def send_updates(page: Page) -> None:
        page.mark_changed(uuid4())
        await page.run_while_open(page.send_updates)

    assert frames_sent(people.alice, send_updates) == [{"type": "closed", "code": 4500}]
    assert "not now" in caplog.text


def test_an_action_that_cannot_be_stored_is_answered_with_what_it_means(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(tree, "rename", full)
    conversation = Conversation.objects.create(user=people.alice, title="Tea")
    frame = frames.ConversationRename(
        request_id=uuid4(), conversation_id=conversation.pk, title="Coffee"
    )
    (refusal,) = frames_sent(people.alice, lambda page: handlers.handle(page, frame))
    assert refusal["code"] == "storage_unavailable"
    assert refusal["message"].startswith("The site cannot store anything at the moment.")
    assert refusal["request_id"] == str(frame.request_id)


def test_an_action_that_fails_names_the_line_of_the_log(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        seen.update(log_context.ids())
        raise RuntimeError("broken")

    seen: dict[str, str] = {}
    monkeypatch.setattr(tree, "rename", broken)
    names = {"request_id": uuid4(), "conversation_id": uuid4()}
    frame = frames.ConversationRename(**names, title="Coffee")
    (fault,) = frames_sent(people.alice, lambda page: handlers.handle(page, frame))
    assert seen == {name: str(each) for name, each in names.items()}
    assert fault["code"] == "internal"
    assert str(frame.request_id) in fault["message"]
    assert "RuntimeError: broken" in caplog.text


def test_a_page_is_closed_that_cannot_follow_and_waits_for_no_answer(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("conversations.access.generation_for", away)
    frame = frames.GenerationFollow(generation_id=uuid4(), after=0)
    sent = frames_sent(people.alice, lambda page: handlers.handle(page, frame))
    assert sent == [{"type": "closed", "code": 4500}]


def test_a_page_that_opens_another_conversation_while_it_sends_gets_its_changes(
    people: People,
) -> None:
    model = make_model()
    other = Conversation.objects.create(user=people.alice, title="Other")
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=None, parent_id=None, content="Tea?", model=model.name
    )

    async def send_and_open_another(page: Page) -> None:
        sending = asyncio.create_task(handlers.handle(page, frame))
        await asyncio.sleep(0)
        await page.open(other.pk, 0)
        await sending

    async def rename(page: Page) -> None:
        await in_thread(tree.rename, people.alice, other.pk, "Renamed")
        await page.send_update()

    sent = frames_sent(people.alice, send_and_open_another, rename)
    changed = [each for each in sent if each["type"] == "conversation.changed"]
    assert [each["conversation"]["title"] for each in changed] == ["Renamed"]


def test_a_cursor_below_zero_means_all_events(people: People) -> None:
    (answer,) = answered(people.alice, make_model().name)
    assert answer.generation is not None
    finished = answer.generation
    frame = frames.GenerationFollow(generation_id=finished.pk, after=-7)

    async def follow(page: Page) -> None:
        await handlers.handle(page, frame)
        followers = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(followers, timeout=SECONDS)

    (events,) = frames_sent(people.alice, follow)
    assert (events["seq"], events["events"][-1]["type"]) == (finished.last_seq, "finished")


def test_a_page_that_has_left_is_sent_nothing(people: People) -> None:
    async def leave_and_ping(page: Page) -> None:
        page.leave()
        await handlers.handle(page, frames.Ping())

    assert frames_sent(people.alice, leave_and_ping) == []


def test_changes_that_were_not_sent_yet_come_with_the_next_turn(people: People) -> None:
    (answer,) = answered(people.alice, make_model().name)
    conversation = answer.conversation
    frame = frames.TurnSend(
        request_id=uuid4(), conversation_id=conversation.pk, parent_id=answer.parent_id,
        content="And why?", model=answer.model_name,
    )  # fmt: skip

    async def open_and_send(page: Page) -> None:
        await page.open(conversation.pk, 0)
        await page.send_update()
        # Another tab deletes the answer, and its notification is late.
        await in_thread(tree.delete_message, people.alice, answer.pk)
        await handlers.handle(page, frame)

    sent = frames_sent(people.alice, open_and_send)
    (started,) = (each for each in sent if each["type"] == "turn.started")
    deleted = {each["id"] for each in started["messages"] if each["is_deleted"]}
    assert deleted == {str(answer.pk)}


def test_a_change_is_sent_after_a_while_though_its_notification_was_lost(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation.objects.create(user=people.alice, title="Tides")
    monkeypatch.setattr("conversations.socket.rechecks.RECHECK_SECONDS", 0.05)
    monkeypatch.setattr(
        "conversations.socket.looking.all_signed_in",
        lambda visitors: dict.fromkeys(visitors, people.alice),
    )

    async def wait_for_update(page: Page) -> None:
        updated = asyncio.Event()
        monkeypatch.setattr(page, "send_update", lambda: _and_set(Page.send_update(page), updated))
        page.run_while_open(page.send_updates)
        await page.open(conversation.pk, 0)
        await asyncio.wait_for(updated.wait(), SECONDS)
        updated.clear()
        await in_thread(tree.rename, people.alice, conversation.pk, "Seas")
        rechecks().watch(page)
        await asyncio.wait_for(updated.wait(), SECONDS)

    sent = frames_sent(people.alice, wait_for_update)
    changes = [each for each in sent if each["type"] == "conversation.changed"]
    assert changes[-1]["conversation"]["title"] == "Seas"


async def _and_set(work: Awaitable[None], done: asyncio.Event) -> None:
    await work
    done.set()


def test_a_refused_preset_does_not_change_the_default(people: People) -> None:
    library.save_preset(people.alice, "Calm", {}, "", is_default=True)
    with pytest.raises(Refused):
        library.save_preset(people.alice, "Wild", {"temperature": 99}, "", is_default=True)
    assert Preset.objects.get().is_default
