"""Deleted content is nowhere: not in the tables, and not in the database's files."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from conversations.accounts import deletion
from conversations.database.threads import in_thread
from conversations.models import (
    DELETED_NAME,
    AuditEntry,
    BrowserSession,
    Conversation,
    LedgerEntry,
    Policy,
    ShareLink,
    User,
)
from conversations.purge.disk import clear_files
from conversations.purge.step import purge
from conversations.views import shared
from tests.people import People
from tests.playing import Stage, play
from tests.postgres import dump
from tests.purge.canaries import everything_of, hits, old_session, owned_models, plant
from tests.sharing.talk import answer, asked, browser_of, make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)


def files() -> str:
    """The bytes of the database and of the log of writes beside it."""
    name = connection.settings_dict["NAME"]
    found = [Path(f"{name}{end}") for end in ("", "-wal")]
    return "".join(each.read_bytes().decode("latin-1") for each in found if each.exists())


def everything_due(now: Any) -> None:
    while any(purge(now)):
        pass
    assert clear_files()


def test_every_record_of_a_user_is_looked_at(people: People) -> None:
    assert {type(each) for each in everything_of(people.alice)} >= owned_models()


@pytest.mark.sqlite
def test_nothing_is_left_of_a_deleted_account(people: People) -> None:
    planted = plant(people.alice)
    assert set(hits(files(), planted)) == set(planted)
    alice = User.objects.get(pk=people.alice.pk)
    deletion.delete(alice, [alice])
    assert [planted[each] for each in hits(files(), planted)] == []
    assert not User.objects.filter(pk=people.alice.pk).exists()


def test_what_was_used_stays_without_the_name(people: People) -> None:
    plant(people.alice)
    deletion.delete(people.dana, [User.objects.get(pk=people.alice.pk)])
    entry = LedgerEntry.objects.get()
    assert (entry.user, entry.username, entry.api_key_name) == (None, DELETED_NAME, "")
    assert entry.prompt_tokens == 1


def test_the_audit_log_says_what_happened_to_whom_by_a_number(people: People) -> None:
    plant(people.alice)
    number = f"(deleted account {people.alice.pk})"
    deletion.delete(people.dana, [User.objects.get(pk=people.alice.pk)])
    told = set(AuditEntry.objects.values_list("actor_name", "action", "target_name"))
    assert {
        ("dana", "account deleted", number),
        ("dana", "deleted", number),
        ("dana", "deleted", f"{number}: 5 tokens a day"),
        ("dana", "deleted", "(erased)"),
        (number, "accepted", "an invitation"),
    } <= told
    changed = AuditEntry.objects.get(target_name="a model")
    assert changed.after == {"users": ["bob", number]}


def test_links_and_sessions_end_with_the_account(people: People) -> None:
    link = share(make_talk(people.alice))
    key = old_session(people.alice)
    deletion.delete(people.alice, [people.alice])
    assert browser_of(None).get(path_of(link)).status_code == 404
    assert not BrowserSession.objects.filter(pk=key).exists()


def old_talk(people: People) -> Conversation:
    talk = make_talk(people.alice, asked("zqasked"), answer("zqanswer"), title="zqtitle")
    browser_of(None).get(path_of(share(talk)))
    return talk


@pytest.mark.parametrize("size", [10, 300, 3_000, 20_000])
@pytest.mark.sqlite
def test_nothing_is_left_of_a_conversation_that_a_user_deleted(people: People, size: int) -> None:
    texts = [f"zq{number:03}" for number in range(60)]
    for text in texts:
        make_talk(people.bob, asked("Kept. " * 50))
        make_talk(people.alice, asked(text), answer(text * size), title=text)
    gone = Conversation.objects.filter(user=people.alice)
    gone.update(deleted_at=timezone.now() - timedelta(days=31))
    everything_due(timezone.now())
    assert hits(files(), texts) == []
    assert Conversation.objects.filter(user=people.bob).count() == 60


@pytest.mark.sqlite
def test_a_running_site_leaves_nothing_of_what_moved_before_it_was_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("conversations.generation.tidying.PURGE_SECONDS", 0.05)
    texts = [f"zq{number:03}" for number in range(60)]

    def plant_and_delete(alice: User, bob: User) -> None:
        for text in texts:
            make_talk(bob, asked("Kept. " * 50))
            make_talk(alice, asked(text), answer(text * 10), title=text)
        gone = Conversation.objects.filter(user=alice)
        gone.update(deleted_at=timezone.now() - timedelta(days=31))

    async def work(stage: Stage) -> None:
        bob = await User.objects.aget(username="bob")
        await in_thread(plant_and_delete, stage.alice, bob)
        assert await stage.ended(await stage.send("hello", await stage.model("good")))
        while await in_thread(lambda: hits(files(), texts)):
            pass

    play(work)


@pytest.mark.sqlite
def test_nothing_is_left_of_a_conversation_that_the_policy_removes(people: People) -> None:
    talk = old_talk(people)
    Policy.objects.create(conversation_days=30)
    everything_due(timezone.now() + timedelta(days=31))
    assert hits(files(), ["zqasked", "zqanswer", "zqtitle"]) == []
    assert not ShareLink.objects.exists()
    assert not Conversation.objects.filter(pk=talk.pk).exists()


@pytest.mark.sqlite
def test_nothing_is_left_of_a_deleted_message(people: People) -> None:
    talk = make_talk(people.alice, asked("Kept."), answer("zqanswer " * 900))
    talk.messages.filter(role="assistant").update(deleted_at=timezone.now() - timedelta(days=31))
    everything_due(timezone.now())
    assert hits(files(), ["zqanswer"]) == []
    assert talk.messages.count() == 1


@pytest.mark.long
@pytest.mark.parametrize(("keeps", "expected"), [(["keep"], "all"), ([], "none")])
def test_nothing_is_left_in_a_dump_of_postgresql(
    postgres_site: dict[str, str], keeps: list[str], expected: str
) -> None:
    command = [sys.executable, "-m", "tests.purge.on_postgresql", *keeps]
    done = subprocess.run(command, env=postgres_site, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    planted = json.loads(done.stdout)
    found = hits(dump(postgres_site["DATABASE_URL"]), planted)
    assert set(found) == (set(planted) if expected == "all" else set())


def test_nothing_of_a_deleted_account_is_left_in_the_memory_of_the_site(people: People) -> None:
    talk = make_talk(people.alice, asked("zqasked"), answer("zqanswer"), title="zqtitle")
    kept = share(make_talk(people.bob, asked("Stays.")))
    link = share(talk)
    for each in (link, kept):
        assert browser_of(None).get(path_of(each)).status_code == 200
    pages = shared._pages
    assert any(b"zqasked" in page.data for page in pages._pages.values())
    deletion.delete(people.alice, [people.alice])
    assert not any(b"zqasked" in page.data for page in pages._pages.values())
    assert any(b"Stays." in page.data for page in pages._pages.values())
    assert pages._bytes == sum(len(page.data) for page in pages._pages.values())
