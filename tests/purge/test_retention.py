"""Conversations go after the days of the policy, and nothing else does."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from conversations.database.threads import in_thread
from conversations.generation.runner import runner
from conversations.models import AuditEntry, Conversation, KeptCompletion, Policy, ShareLink
from conversations.purge import retention
from conversations.purge.step import purge
from tests.admin.administrator import Administrator
from tests.people import People
from tests.playing import Stage, play
from tests.purge.test_deleted import generation_in
from tests.sharing.talk import browser_of, make_talk, share

NOW = timezone.now()
POLICY = "/admin/conversations/policy/1/change/"


def old_talk(people: People, days: int = 31) -> Conversation:
    """A conversation of Alice without a message for that many days."""
    talk = make_talk(people.alice)
    Conversation.objects.filter(pk=talk.pk).update(updated_at=NOW - timedelta(days=days))
    return talk


def purge_all() -> None:
    while any(purge(NOW)):
        pass


@pytest.mark.parametrize("days", [None, 0])
def test_without_days_nothing_goes(people: People, days: int | None) -> None:
    Policy.objects.create(conversation_days=days, api_call_days=days)
    old_talk(people, 3_000)
    KeptCompletion.objects.create(
        user=people.alice, generation_id=uuid4(), created_at=NOW - timedelta(days=3_000)
    )
    purge_all()
    assert (Conversation.objects.count(), KeptCompletion.objects.count()) == (1, 1)


def test_a_conversation_goes_with_its_links_when_its_days_are_over(people: People) -> None:
    Policy.objects.create(conversation_days=30)
    old, new = old_talk(people, 30), old_talk(people, 29)
    share(old)
    share(new)
    purge_all()
    assert list(Conversation.objects.all()) == [new]
    assert [link.conversation for link in ShareLink.objects.all()] == [new]


def test_a_link_whose_conversation_is_gone_goes_by_its_snapshot(people: People) -> None:
    Policy.objects.create(conversation_days=30)
    talks = [make_talk(people.alice), make_talk(people.alice)]
    old, new = (share(each).pk for each in talks)
    ShareLink.objects.filter(pk=old).update(snapshot_at=NOW - timedelta(days=31))
    Conversation.objects.all().delete()
    purge_all()
    assert [link.pk for link in ShareLink.objects.all()] == [new]


def test_none_goes_while_an_answer_is_being_written_there(people: People) -> None:
    Policy.objects.create(conversation_days=30)
    talk = old_talk(people)
    running = generation_in(talk, status="running")
    purge_all()
    assert Conversation.objects.exists()
    type(running).objects.update(status="stopped")
    purge_all()
    assert not Conversation.objects.exists()


def test_one_that_gets_a_message_while_a_purge_runs_stays(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    Policy.objects.create(conversation_days=30)
    old_talk(people)
    found = retention.some_of

    def found_and_written(records: object, order: str) -> list[object]:
        keys: list[object] = found(records, order)  # type: ignore[arg-type]
        Conversation.objects.update(updated_at=NOW)
        return keys

    monkeypatch.setattr(retention, "some_of", found_and_written)
    purge_all()
    assert Conversation.objects.exists()


def test_stored_api_calls_go_after_days_of_their_own(people: People) -> None:
    Policy.objects.create(api_call_days=7)
    for days in (6, 7, 8):
        KeptCompletion.objects.create(
            user=people.alice, generation_id=uuid4(), created_at=NOW - timedelta(days=days)
        )
    purge_all()
    assert [each.created_at for each in KeptCompletion.objects.all()] == [NOW - timedelta(days=6)]


@pytest.mark.django_db(transaction=True)
def test_a_running_site_removes_them_and_says_how_many_in_the_audit_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.generation.tidying.PURGE_SECONDS", 0.05)
    monkeypatch.setattr("conversations.purge.rows.MOST_AT_ONCE", 2)

    def some_old(stage: Stage) -> None:
        Policy.objects.create(conversation_days=30)
        for _ in range(5):
            make_talk(stage.alice, title="A private title")
        Conversation.objects.update(updated_at=NOW - timedelta(days=31))

    async def work(stage: Stage) -> None:
        await in_thread(some_old, stage)
        runner()
        while not await in_thread(AuditEntry.objects.exists):
            pass

    play(work)
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action) == ("(site)", "removed by age")
    assert entry.after == {"conversations": 5}


def test_the_command_says_what_would_go_and_removes_nothing(people: People) -> None:
    Policy.objects.create(conversation_days=30)
    old_talk(people)
    make_talk(people.bob, deleted_at=NOW - timedelta(days=31))
    output = StringIO()
    call_command("purge", "--dry-run", stdout=output)
    assert output.getvalue() == (
        "Would go: 1 conversations and 0 messages that were deleted.\n"
        "By age: 1 conversations of 1 people.\n"
        "Of deleted accounts: 0 accounts.\n"
    )
    assert Conversation.objects.count() == 2
    call_command("purge", stdout=output)
    assert output.getvalue().endswith(
        "Purged: 1 conversations, 0 other messages.\n"
        "By age: 1 conversations, 0 share links without one, 0 API calls.\n"
    )
    assert AuditEntry.objects.get().after == {"conversations": 1}


def test_the_policy_is_saved_after_a_preview_of_what_goes(people: People) -> None:
    dana = Administrator(people.dana)
    for _ in range(3):
        old_talk(people, 100)
    errors = dana.change(POLICY, conversation_days="90")
    (told,) = errors["conversation_days"]
    assert told.startswith("This deletes 3 conversations of 1 user, the oldest of ")
    assert Policy.current().conversation_days is None
    assert dana.change(POLICY, conversation_days="90", erases_now="on") == {}
    assert Policy.current().conversation_days == 90


def test_a_policy_by_which_nothing_goes_is_saved_at_once(people: People) -> None:
    dana = Administrator(people.dana)
    old_talk(people, 100)
    assert dana.change(POLICY, conversation_days="120") == {}
    assert dana.change(POLICY, currency="EUR") == {}
    assert dana.change(POLICY, conversation_days="") == {}
    for days in ("0", "-1", "3651", "x"):
        assert list(dana.change(POLICY, conversation_days=days)) == ["conversation_days"]


def test_people_are_told_on_their_pages(people: People) -> None:
    alice = browser_of(people.alice)
    pages = ("/", "/account/")
    assert not any("without a message" in alice.get(each).content.decode() for each in pages)
    Policy.objects.create(conversation_days=90)
    for page in pages:
        assert "eleted after 90 days without a message" in alice.get(page).content.decode()
