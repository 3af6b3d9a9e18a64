"""Deleted conversations and messages are removed after `DELETED_KEPT_DAYS`, and nothing else is."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from conversations.chat import tree
from conversations.database.threads import in_thread
from conversations.models import (
    Conversation,
    Feedback,
    Generation,
    Hold,
    LedgerEntry,
    LoggedEvent,
    Message,
    ShareLink,
    UsageDay,
    UsageTotal,
)
from conversations.purge.step import Purged, purge
from tests.people import People
from tests.playing import Stage, play
from tests.sharing.talk import add_branch, answer, asked, browser_of, make_talk, path_of, share

NOW = timezone.now()
NOTHING = Purged()


def deleted(record: Conversation | Message, moment: datetime = NOW - timedelta(days=31)) -> None:
    """Mark the record as deleted at that moment."""
    type(record)._default_manager.filter(pk=record.pk).update(deleted_at=moment)


def generation_in(conversation: Conversation, **fields: Any) -> Generation:
    """An ended generation of the conversation, with one event in its log."""
    generation = Generation.objects.create(
        user=conversation.user,
        conversation=conversation,
        client_request_id=uuid4(),
        **{"status": "completed", **fields},
    )
    LoggedEvent.objects.create(generation=generation, seq=1, payload="{}")
    return generation


def test_a_deleted_conversation_goes_with_all_that_is_in_it(people: People) -> None:
    gone, kept = make_talk(people.alice), make_talk(people.alice)
    for talk in (gone, kept):
        Message.objects.filter(conversation=talk, role="assistant").update(
            generation=generation_in(talk)
        )
        assert talk.head
        Feedback.objects.create(user=people.alice, message=talk.head, value=1)
    deleted(gone)
    assert purge(NOW) == Purged(1, 0)
    assert list(Conversation.objects.all()) == [kept]
    assert {each.conversation for each in Message.objects.all()} == {kept}
    assert Generation.objects.get().conversation == kept
    assert LoggedEvent.objects.get().generation.conversation == kept
    assert Feedback.objects.get().message.conversation == kept
    assert purge(NOW) == NOTHING


@pytest.mark.parametrize("days", [1, 30])
def test_it_goes_when_it_was_kept_for_as_long_as_the_site_says(
    people: People, settings: Settings, days: int
) -> None:
    settings.DELETED_KEPT_DAYS = days
    talk = make_talk(people.alice)
    deleted(talk, NOW)
    last = NOW + timedelta(days=days)
    assert purge(last - timedelta(microseconds=1)) == NOTHING
    assert purge(last) == Purged(1, 0)


def test_what_is_not_deleted_stays_however_old_it_is(people: People) -> None:
    make_talk(people.alice)
    assert purge(NOW + timedelta(days=10_000)) == NOTHING
    assert Message.objects.count() == 2


def test_a_deleted_message_goes_with_all_below_it_and_none_beside_it(people: People) -> None:
    talk = make_talk(people.alice)
    first = talk.messages.get(parent=None)
    add_branch(talk, first, answer("Another."), asked("And then?"), answer("Ebb."))
    deleted(talk.messages.get(content="Another."))
    assert purge(NOW) == Purged(0, 3)
    left = set(talk.messages.values_list("content", flat=True))
    assert left == {"What are tides?", "Water, *moved*."}
    assert purge(NOW) == NOTHING


def test_a_branch_of_two_thousand_messages_goes_like_any_other(people: People) -> None:
    talk = make_talk(people.alice)
    add_branch(talk, None, *[asked("More.")] * 2_000)
    deleted(talk.messages.get(content="More.", parent=None))
    assert purge(NOW) == Purged(0, 2_000)
    assert talk.messages.count() == 2


def test_a_generation_goes_with_its_last_message(people: People) -> None:
    talk = make_talk(people.alice)
    first = talk.messages.get(parent=None)
    alone, shared = generation_in(talk), generation_in(talk)
    add_branch(talk, first, answer("Alone.", generation=alone))
    for content in ("One of two.", "The other."):
        add_branch(talk, first, answer(content, generation=shared))
    for content in ("Alone.", "One of two."):
        deleted(talk.messages.get(content=content))
    assert purge(NOW) == Purged(0, 2)
    assert list(Generation.objects.all()) == [shared]


def test_nothing_goes_while_an_answer_is_being_written_there(people: People) -> None:
    whole, part = make_talk(people.alice), make_talk(people.alice)
    running = [generation_in(each, status="running") for each in (whole, part)]
    deleted(whole)
    deleted(part.messages.get(role="assistant"))
    assert purge(NOW) == NOTHING
    Generation.objects.filter(pk__in=[each.pk for each in running]).update(status="stopped")
    assert purge(NOW) == Purged(1, 1)


@pytest.mark.parametrize("kind", [Conversation, Message])
def test_what_is_restored_while_a_purge_runs_stays(
    people: People, monkeypatch: pytest.MonkeyPatch, kind: type[Conversation] | type[Message]
) -> None:
    talk = make_talk(people.alice)
    deleted(talk if kind is Conversation else talk.messages.get(role="assistant"))
    from conversations.purge import deleted as module

    found = module.some_of

    def found_and_restored(records: Any, order: str) -> Any:
        ids = found(records, order)
        if ids:
            kind._default_manager.update(deleted_at=None)
        return ids

    monkeypatch.setattr(module, "some_of", found_and_restored)
    assert purge(NOW) == NOTHING
    assert talk.messages.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_link_that_was_kept_still_shows_its_snapshot(people: People) -> None:
    talk = make_talk(people.alice)
    link = share(talk)
    tree.delete(people.alice, talk.pk, keep_links=True)
    deleted(talk)
    assert purge(NOW) == Purged(1, 0)
    assert "What are tides?" in browser_of(None).get(path_of(link)).content.decode()
    assert browser_of(people.alice).get("/account/").status_code == 200


def test_links_that_were_revoked_with_a_conversation_go_with_it(people: People) -> None:
    talk = make_talk(people.alice)
    share(talk)
    tree.delete(people.alice, talk.pk)
    deleted(talk)
    purge(NOW)
    assert not ShareLink.objects.exists()


def test_a_purged_conversation_cannot_be_restored(people: People) -> None:
    from conversations.access import NotFound

    talk = make_talk(people.alice)
    tree.delete(people.alice, talk.pk)
    deleted(talk)
    purge(NOW)
    with pytest.raises(NotFound):
        tree.restore(people.alice, talk.pk)


@pytest.mark.django_db(transaction=True)
def test_a_running_site_purges_by_itself_and_what_was_used_stays_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.generation.tidying.PURGE_SECONDS", 0.05)

    async def work(stage: Stage) -> None:
        turn = await stage.send("hello", await stage.model("good"))
        await stage.ended(turn)
        before = await in_thread(books)
        assert before[0]
        await in_thread(deleted, turn.conversation)
        while await in_thread(Conversation.objects.exists):
            pass
        assert await in_thread(books) == before

    play(work)


def books() -> list[list[dict[str, Any]]]:
    """All records of usage."""
    counted = (LedgerEntry, UsageDay, UsageTotal, Hold)
    return [list(each._default_manager.values()) for each in counted]


def test_the_command_purges_all_there_is_and_says_how_much(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.purge.rows.MOST_AT_ONCE", 2)
    for _ in range(5):
        deleted(make_talk(people.alice), timezone.now() - timedelta(days=31))
    deleted(make_talk(people.alice).messages.get(role="assistant"), NOW - timedelta(days=31))
    output = StringIO()
    call_command("purge", stdout=output)
    assert output.getvalue() == "Purged: 5 conversations, 1 other messages.\n"
    call_command("purge", stdout=output)
    assert output.getvalue().endswith("Purged: 0 conversations, 0 other messages.\n")


def test_the_page_says_how_long_a_deletion_can_be_undone(
    people: People, settings: Settings
) -> None:
    settings.DELETED_KEPT_DAYS = 7
    page = browser_of(people.alice).get("/").content.decode()
    assert "“{title}” was deleted. It is erased after 7 days." in page
    assert "The message and all after it were deleted. They are erased after 7 days." in page
