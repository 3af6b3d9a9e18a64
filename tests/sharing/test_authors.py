"""Links after they were created: titles, deletion, terms, revoking, and continued copies."""

import json
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.hashers import identify_hasher
from django.db import connection

from conversations import access
from conversations.chat import tree
from conversations.models import (
    AuditEntry,
    Conversation,
    ShareLink,
    UnreadableText,
    User,
    title_from,
)
from conversations.refusal import Refused
from conversations.sharing import links, terms
from conversations.sharing.terms import Terms
from tests.people import People, make_model
from tests.sharing.talk import (
    add_branch,
    answer,
    asked,
    browser_of,
    call,
    make_talk,
    path_of,
    selection,
    share,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_token_is_long_and_not_stored_in_the_clear(people: People) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame")
    assert len(link.sealed_token) >= 43  # 256 bits in base64
    with connection.cursor() as cursor:
        stored = str(cursor.execute("SELECT * FROM conversations_sharelink").fetchall())
    assert link.token_hash in stored
    assert link.sealed_token not in stored
    assert "sesame" not in stored
    assert identify_hasher(link.passphrase_hash)


def test_masked_strings_are_not_stored_in_the_clear(people: People) -> None:
    talk = make_talk(people.alice, asked("It is hunter22"), title="Hello")
    link = share(talk, shows={"masks": ("hunter22",)})
    row = ShareLink.objects.filter(pk=link.pk).values("selection", "snapshot", "article").get()
    assert "hunter22" not in json.dumps(row)
    assert links.selection_of(ShareLink.objects.get(pk=link.pk)).masks == ("hunter22",)


def test_masked_words_that_cannot_be_read_are_not_shown_by_an_update(people: People) -> None:
    talk = make_talk(people.alice, asked("It is hunter22"), title="Hello")
    link = share(talk, shows={"masks": ("hunter22",)})
    token = Fernet(Fernet.generate_key()).encrypt(b"[]").decode()
    ShareLink.objects.filter(pk=link.pk).update(sealed_masks=UnreadableText(token))
    with pytest.raises(Refused) as refused:
        links.update_snapshot(people.alice, link.pk, selection(talk))
    assert (refused.value.code, refused.value.field) == ("unreadable_masks", "masks")
    assert "hunter22" not in ShareLink.objects.get(pk=link.pk).article
    links.update_snapshot(people.alice, link.pk, selection(talk, masks=("hunter22",)))
    assert "hunter22" not in ShareLink.objects.get(pk=link.pk).article


def test_a_title_made_from_a_hidden_message_is_replaced(people: People) -> None:
    talk = make_talk(people.alice, asked("My diagnosis"), answer("I see"), title="My diagnosis")
    head = talk.head
    other = add_branch(talk, None, asked("What are tides?"), answer("Water"))
    assert other is not None
    assert head is not None
    assert share(talk).title == "What are tides?"
    assert share(talk, shows={"message_ids": (other.pk,)}).title == "A conversation"
    assert share(talk, shows={"leaf_id": head.pk}).title == "My diagnosis"
    assert share(talk, shows={"title": "On water"}).title == "On water"
    talk.title = "Given by hand"
    talk.save()
    assert share(talk).title == "Given by hand"


def test_a_title_that_is_cut_short_has_no_part_of_a_masked_string(people: People) -> None:
    secret = "sk-" + "a1" * 60
    words = f"Why is {secret} refused?"
    link = share(make_talk(people.alice, asked(words), title=title_from(words)))
    assert "sk-a1" in link.title
    link = share(link.conversation, shows={"masks": (secret,)})
    assert link.title == "Why is █████ refused?"


def test_a_deleted_message_is_not_shared(people: People) -> None:
    talk = make_talk(people.alice)
    assert talk.head is not None
    tree.delete_message(people.alice, talk.head.pk)
    with pytest.raises(access.NotFound):
        share(talk, shows={"leaf_id": talk.head.pk})


def state_of(link: ShareLink) -> str:
    return ShareLink.objects.get(pk=link.pk).state


def test_deleting_a_conversation_revokes_its_links_and_restoring_it_restores_just_those(
    people: People,
) -> None:
    talk = make_talk(people.alice)
    live, revoked = share(talk), share(talk)
    links.revoke(people.alice, revoked.pk)
    tree.delete(people.alice, talk.pk)
    assert (state_of(live), state_of(revoked)) == ("revoked", "revoked")
    assert browser_of(None).get(path_of(live)).status_code == 404
    tree.restore(people.alice, talk.pk)
    assert (state_of(live), state_of(revoked)) == ("live", "revoked")


def test_a_link_that_is_revoked_meanwhile_is_not_restored(people: People) -> None:
    talk = make_talk(people.alice)
    by_author, by_administrator = share(talk), share(talk)
    tree.delete(people.alice, talk.pk)
    links.revoke(people.alice, by_author.pk)
    links.revoke_for(people.dana, [by_administrator])
    tree.restore(people.alice, talk.pk)
    assert (state_of(by_author), state_of(by_administrator)) == ("revoked", "revoked")


@pytest.mark.parametrize("change", ["snapshot", "terms"])
def test_a_link_that_is_revoked_while_it_is_changed_stays_revoked(
    people: People, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    talk = make_talk(people.alice)
    link = share(talk)

    def meanwhile(*given: Any) -> Any:
        links.revoke(people.alice, link.pk)
        ShareLink.objects.filter(pk=link.pk).update(views=7)
        return real(*given)

    if change == "snapshot":
        real: Any = links.project
        monkeypatch.setattr(links, "project", meanwhile)
        with pytest.raises(Refused):
            links.update_snapshot(people.alice, link.pk, selection(talk))
    else:
        real = terms._named
        monkeypatch.setattr(terms, "_named", meanwhile)
        links.change_terms(people.alice, link.pk, Terms(audience=ShareLink.Audience.PUBLIC))
    assert (state_of(link), ShareLink.objects.get(pk=link.pk).views) == ("revoked", 7)


def test_links_stay_open_after_a_deletion_if_the_author_keeps_them(people: People) -> None:
    talk = make_talk(people.alice)
    link = share(talk)
    tree.delete(people.alice, talk.pk, keep_links=True)
    assert browser_of(None).get(path_of(link)).status_code == 200
    with pytest.raises(Refused, match="can no longer change"):
        links.update_snapshot(people.alice, link.pk, selection(talk))
    Conversation.objects.all().delete()
    assert browser_of(None).get(path_of(link)).status_code == 200


def test_revoking_by_an_administrator_is_audited_without_content(people: People) -> None:
    link = share(make_talk(people.alice))
    assert links.revoke_for(people.dana, ShareLink.objects.all()) == 1
    assert links.revoke_for(people.dana, ShareLink.objects.all()) == 0
    entry = AuditEntry.objects.changes().get()
    assert (entry.actor_name, entry.action, entry.target_name) == ("dana", "revoked", str(link))
    trail = json.dumps([entry.before, entry.after])
    assert (link.sealed_token in trail, "tides" in trail) == (False, False)


def test_a_link_keeps_terms_that_are_not_changed(people: People) -> None:
    link = share(make_talk(people.alice), passphrase="open", lifetime_seconds=3600)
    changed = links.change_terms(
        people.alice, link.pk, Terms(audience=ShareLink.Audience.SIGNED_IN)
    )
    assert changed.passphrase_hash == link.passphrase_hash
    assert changed.expires_at == ShareLink.objects.get(pk=link.pk).expires_at
    open_to_all = Terms(audience=ShareLink.Audience.PUBLIC, passphrase="")
    assert links.change_terms(people.alice, link.pk, open_to_all).passphrase_hash == ""


def test_views_cannot_be_limited_to_fewer_than_were_counted(people: People) -> None:
    link = share(make_talk(people.alice))
    ShareLink.objects.filter(pk=link.pk).update(views=3)
    with pytest.raises(Refused, match="opened 3 times"):
        links.change_terms(
            people.alice, link.pk, Terms(audience=ShareLink.Audience.PUBLIC, max_views=3)
        )


def continued(reader: User, link: ShareLink) -> Conversation:
    browser, path = browser_of(reader), path_of(link)
    page = browser.get(path).text
    key = page.partition('name="key" value="')[2].partition('"')[0]
    answer = browser.post(f"{path}continue/", {"key": key}, headers={"Origin": "null"})
    assert answer.status_code == 302
    return Conversation.objects.get(user=reader, pk=answer["Location"].split("/")[2])


def test_a_continued_copy_has_what_is_shown_and_nothing_else(people: People) -> None:
    make_model("a/first"), make_model("test/model")
    said = [
        asked("Add 1 and 2, says hunter22"),
        answer("", tool_calls=[call("add", '{"a":1}')], reasoning_content="Hidden thoughts"),
        {"role": "tool", "content": "3", "tool_call_id": "upstream-1"},
        answer("3"),
    ]
    talk = make_talk(people.alice, *said, title="Sums", system_message="Hidden rules")
    copy = continued(people.bob, share(talk, shows={"masks": ("hunter22",)}))
    assert (copy.title, copy.system_message, copy.parameters) == ("Sums", "", {})
    assert copy.language_model is not None
    assert copy.language_model.name == "test/model"
    assert copy.head is not None
    branch = copy.head.branch()
    assert [each.content for each in branch] == ["Add 1 and 2, says █████", "", "3", "3"]
    assert [each.reasoning_content for each in branch] == [""] * 4
    assert (branch[1].tool_calls[0]["id"], branch[2].tool_call_id) == ("call_1", "call_1")
    assert talk.messages.count() == 4


def test_a_continued_copy_has_a_model_that_the_reader_may_use(people: People) -> None:
    closed = make_model("test/model")
    closed.audience = "restricted"
    closed.save()
    copy = continued(people.bob, share(make_talk(people.alice)))
    assert copy.language_model is None
    make_model("open/model")
    copy = continued(people.bob, share(make_talk(people.alice)))
    assert copy.language_model is not None
    assert copy.language_model.name == "open/model"


def test_a_form_works_for_its_own_reader_link_and_day(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, other = share(make_talk(people.alice)), share(make_talk(people.alice))
    path = path_of(link)
    page = browser_of(people.charlie).get(path).text
    key = page.partition('name="key" value="')[2].partition('"')[0]
    assert key

    def refused(reader: User | None, path: str) -> bool:
        return browser_of(reader).post(f"{path}continue/", {"key": key})["Location"] == path

    assert refused(people.bob, path)
    assert refused(None, path)
    assert refused(people.charlie, path_of(other))
    tomorrow = time.time() + 24 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert refused(people.charlie, path)
    assert Conversation.objects.exclude(user=people.alice).count() == 0


def test_a_continued_copy_has_the_parameters_and_system_message_that_are_shown(
    people: People,
) -> None:
    talk = make_talk(
        people.alice, system_message="Be exact.", parameters={"temperature": 0.5, "stop": ["tea"]}
    )
    copy = continued(people.bob, share(talk, shows={"omit": ()}))
    assert copy.system_message == "Be exact."
    assert copy.parameters == {"temperature": 0.5, "stop": ["tea"]}
    masked = continued(people.bob, share(talk, shows={"omit": (), "masks": ("0.5",)}))
    assert masked.parameters == {}
