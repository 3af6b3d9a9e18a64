"""The archive of a user: everything of theirs, no secret, nothing of anybody else."""

import asyncio
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.accounts.export import conversation_tree, pieces
from conversations.accounts.export.archive import File, zipped
from conversations.accounts.export.everything import export_of
from conversations.models import AuditEntry, Conversation, Feedback, Message, User
from conversations.purge.rows import erase_conversation
from conversations.views import own_data
from tests.people import PASSWORD, People
from tests.purge.canaries import plant
from tests.sharing.talk import add_branch, answer, asked, call, make_talk, share
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db
EXPORT = "/account/export/"
# Records of a user whose texts the archive has not, each with the reason.
LEFT_OUT = {
    "User.first_name": "", "User.username": "",
    "Generation.owner": "a process of the site",
    "Generation.upstream_words": "for administrators: about the site's account at the provider",
    "LoggedEvent.payload": "the text is in the message",
    "ApiKey.key_hash": "secret",
    "Invitation.token_hash": "secret",
    "Invitation.email": "the administration's note of whom it invited",
    "IdempotencyClaim.key_hash": "secret",
    "IdempotencyClaim.body_hash": "a hash",
    "EmailConfirmation.key": "secret",
    "Authenticator.data": "secret",
    "SocialToken.token": "secret",
    "SocialToken.token_secret": "secret",
    "BrowserSession.session_data": "secret",
    "LogEntry.object_repr": "what was done in the administration",
    "LedgerEntry.username": "the name of the account",
    "UsageDay.username": "the name of the account",
    "ShareLink.token_hash": "secret",
    "ShareLink.passphrase_hash": "secret",
    "ShareLink.article": "the snapshot as HTML",
}  # fmt: skip


def archive_of(user: User) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export_of(user))))
    assert archive.testzip() is None
    return archive


def texts(archive: zipfile.ZipFile) -> dict[str, str]:
    return {name: archive.read(name).decode() for name in archive.namelist()}


def conversation_in(user: User) -> dict[str, Any]:
    """The only conversation of the archive."""
    found = texts(archive_of(user))
    (name,) = [each for each in found if each.startswith("conversations/") and "json" in each]
    read: dict[str, Any] = json.loads(found[name])
    return read


def test_it_has_every_text_of_the_user_and_no_secret(people: People) -> None:
    planted = plant(people.alice)
    files = texts(archive_of(User.objects.get(pk=people.alice.pk)))
    everything = "".join(files.values()).lower()
    missing = {where for canary, where in planted.items() if canary not in everything}
    wanted = {where for where in planted.values() if where not in LEFT_OUT}
    assert missing & wanted == set()
    secret = {where for where, reason in LEFT_OUT.items() if reason == "secret"}
    assert secret <= missing
    for name, text in files.items():
        if name.endswith(".json"):
            assert {"format", "version"} <= set(json.loads(text)), name


def test_it_has_nothing_of_others(people: People) -> None:
    make_talk(people.bob, asked("Bob's question"), title="Bob's")
    make_talk(people.alice)
    everything = "".join(texts(archive_of(people.alice)).values())
    assert "bob" not in everything.lower()
    assert "What are tides?" in everything


def test_a_conversation_has_its_whole_tree(people: People) -> None:
    talk = make_talk(people.alice, system_message="Be brief.", parameters={"top_p": 0.5})
    first = talk.messages.get(parent=None)
    add_branch(talk, first, answer("Another.", deleted_at=timezone.now()))
    shown = add_branch(talk, first, answer("Moons.", tool_calls=[call("look", "{}")]))
    assert shown
    Feedback.objects.create(message=shown, user=people.alice, value=1, note="Good")
    read = conversation_in(people.alice)
    assert (read["format"], read["version"]) == ("parley.conversation", 1)
    assert (read["system_message"], read["parameters"]) == ("Be brief.", {"top_p": 0.5})
    assert read["head_id"] == str(shown.pk)
    by_content = {each["content"]: each for each in read["messages"]}
    assert list(by_content) == ["What are tides?", "Water, *moved*.", "Another.", "Moons."]
    assert {each["parent_id"] for each in read["messages"][1:]} == {str(first.pk)}
    assert by_content["Another."]["deleted_at"].endswith("+00:00")
    assert by_content["Moons."]["rating"]["note"] == "Good"
    assert by_content["Moons."]["tool_calls"][0]["function"]["name"] == "look"


def test_a_deleted_conversation_is_there_and_marked(people: People) -> None:
    make_talk(people.alice, deleted_at=timezone.now())
    assert conversation_in(people.alice)["deleted_at"]


def test_the_markdown_has_the_branch_of_the_page(people: People) -> None:
    talk = make_talk(people.alice, asked("Why?"), answer("Because."), title="A title")
    add_branch(talk, talk.messages.get(parent=None), answer("Moons.", reasoning_content="Hm"))
    (text,) = [each for name, each in texts(archive_of(people.alice)).items() if ".md" in name]
    assert text.startswith("# A title\n")
    assert "## alice\n\nWhy?" in text
    assert "## test/model\n\n> **Reasoning**\n>\n> Hm\n\nMoons." in text
    assert "Because." not in text
    assert "1 message of other versions is in the JSON file" in text


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("../../etc/passwd", "etcpasswd"),
        ("C:\\con\\..\\x|y?", "cconxy"),
        ("=HYPERLINK(1)", "hyperlink1"),
        ("潮汐是什么", "潮汐是什么"),
        ("abc\u202etxt.exe", "abctxtexe"),
        ("\n\r\x1b[31m", "31m"),
        ("...", ""),
        ("x" * 200, "x" * 40),
    ],
)
def test_names_of_files_are_safe(people: People, title: str, words: str) -> None:
    make_talk(people.alice, title=title)
    names = [each for each in archive_of(people.alice).namelist() if "conversations/" in each]
    end = f"-{words}" if words else ""
    today = f"{timezone.now():%Y-%m-%d}"
    assert names == [f"conversations/00001-{today}{end}.{kind}" for kind in ("json", "md")]


def test_texts_of_any_kind_survive(people: People) -> None:
    odd = 'Zoë 潮汐 \u2028 \U0001f30a " \\ </script> \x07'
    make_talk(people.alice, asked(odd), answer(odd), parameters={"stop": [odd]}, title=odd)
    read = conversation_in(people.alice)
    assert [each["content"] for each in read["messages"]] == [odd, odd]
    assert read["parameters"] == {"stop": [odd]}


@pytest.mark.sqlite
def test_half_a_surrogate_pair_survives_where_the_database_takes_it(people: People) -> None:
    make_talk(people.alice, asked("Hi"), parameters={"stop": ["\ud800"]})
    assert conversation_in(people.alice)["parameters"] == {"stop": ["\ud800"]}


def test_one_that_is_erased_meanwhile_is_left_out(people: People) -> None:
    for _ in range(3):
        make_talk(people.alice, asked("Noise " * 10_000))
    second = Conversation.objects.order_by("created_at")[1]

    def gone_in_between() -> Iterator[bytes]:
        for number, piece in enumerate(export_of(people.alice)):
            if b"00001-" in piece and number:
                erase_conversation(Conversation.objects.all(), second.pk)
            yield piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("conversations.accounts.export.archive.PIECE_BYTES", 1)
        archive = zipfile.ZipFile(io.BytesIO(b"".join(gone_in_between())))
    names = [each for each in archive.namelist() if each.endswith(".md")]
    assert [each[14:19] for each in names] == ["00001", "00003"]


def test_memory_does_not_grow_with_the_texts(people: People) -> None:
    def text() -> Iterator[str]:
        for number in range(3_000):
            yield f"{number} {'word ' * 2_000}"

    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in zipped([File("a.txt", text())]))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 0
    assert most < 4_000_000


def test_messages_are_read_a_few_at_a_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "CHARACTERS_AT_ONCE", 100)
    monkeypatch.setattr(conversation_tree, "CHARACTERS_AT_ONCE", 100)
    talk = make_talk(people.alice, *[asked("y" * 60)] * 4, asked("z" * 500))
    parts = pieces.by_size([(each.pk, len(each.content)) for each in talk.messages.all()])
    assert [len(each) for each in parts] == [1, 1, 1, 1, 1]
    assert len(conversation_in(people.alice)["messages"]) == Message.objects.count() == 5


def received(response: Any) -> bytes:
    """The whole of a streamed response."""

    async def whole() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return asyncio.run(whole())


def sent(client: Client) -> Any:
    return client.post(EXPORT)


@pytest.mark.django_db(transaction=True)
def test_the_page_sends_it_after_the_password_and_records_it(people: People) -> None:
    share(make_talk(people.alice))
    client = Client()
    client.force_login(people.alice)
    asked_again = sent(client)
    page = client.get(asked_again["Location"])
    then = page.context["redirect_field_value"]
    entered = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": then})
    response: Any = client.get(entered["Location"])
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="Parley-')
    assert response["X-Content-Type-Options"] == "nosniff"
    archive = zipfile.ZipFile(io.BytesIO(received(response)))
    assert json.loads(archive.read("account.json"))["username"] == "alice"
    (event,) = AuditEntry.objects.filter(action="data exported")
    assert (event.actor, event.target_name) == (people.alice, "alice")


@pytest.mark.django_db(transaction=True)
def test_the_page_asks_for_the_password_before_its_button_is_there(people: People) -> None:
    """A download leaves the browser on the page before it, which must not be the question."""
    client = Client()
    client.force_login(people.alice)
    asked = client.get(EXPORT)
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccount%2Fexport%2F"
    assert "Export all of mine" in confirmed(people.alice).get(EXPORT).content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_export_is_possible_a_few_times_an_hour(people: People) -> None:
    client = confirmed(people.alice)
    statuses = [sent(client).status_code for _ in range(own_data.EXPORTS_AN_HOUR + 1)]
    assert statuses == [200] * own_data.EXPORTS_AN_HOUR + [429]
    assert sent(confirmed(people.bob)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_second_export_waits_for_the_first(people: People) -> None:
    client = confirmed(people.alice)
    own_data._exporting.add(people.alice.pk)
    try:
        refused = sent(client)
    finally:
        own_data._exporting.clear()
    assert refused.status_code == 429
    assert "Wait until it has ended." in refused.content.decode()
    assert not AuditEntry.objects.filter(action="data exported").exists()
