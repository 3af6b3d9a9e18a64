"""Find in conversation: on the branch that is shown, any text, and nobody else's."""

from uuid import UUID

import pytest

from conversations import access
from conversations.chat import finding, tree
from conversations.models import Conversation, User
from conversations.refusal import Refused
from tests.chat.written import answered
from tests.people import People, make_model

pytestmark = pytest.mark.django_db


def conversation_of(user: User, *texts: str) -> Conversation:
    """A conversation of one branch with these texts."""
    messages = [{"role": "user", "content": text} for text in texts]
    return Conversation.objects.create_with_branch(messages, user=user, title="Tea")


def numbers_found(conversation: Conversation, text: str) -> list[int]:
    """The numbers of the messages that are found."""
    assert conversation.head_id
    found = finding.find(conversation.user, conversation.pk, conversation.head_id, text)
    ids = list(conversation.messages.values_list("pk", flat=True))
    return [ids.index(each) for each in found.ids]


@pytest.mark.parametrize(
    ("texts", "wanted", "numbers"),
    [
        (["Green tea", "coffee", "TEA"], "tea", [0, 2]),
        (["100 %", "100 percent", "a_b", "axb"], "%", [0]),
        (["100 %", "100 percent", "a_b", "axb"], "a_b", [2]),
        (["a.b", "axb", "\\d+", "12"], "a.b", [0]),
        (["a.b", "axb", "\\d+", "12"], "\\d", [2]),
        (["ÉTÉ", "été", "ПРИВЕТ", "Straße"], "été", [0, 1]),
        (["ÉTÉ", "été", "ПРИВЕТ", "Straße"], "привет", [2]),
        (["ÉTÉ", "été", "ПРИВЕТ", "Straße"], "STRASSE", [3]),
        (["Un café", "cafe\u0301", "CAFE"], "cafe", [0, 1, 2]),
        (["Un café", "cafe\u0301", "CAFE"], "CAFÉ", [0, 1, 2]),
        (["İstanbul", "ISPARTA", "ılık"], "istanbul", [0]),
        (["İstanbul", "ISPARTA", "ılık"], "ilik", [2]),
        (["ΟΔΟΣ", "οδός"], "οδος", [0, 1]),
        (["STRAẞE"], "strasse", [0]),
        (["が", "각"], "か", []),
        (["が", "각"], "가", []),
        (["zebra**cross**ing", "*zebra*crossing", "zebra crossing"], "zebracrossing", [0, 1]),
        (["so **bold**, ~~out~~ and `code`"], "so bold, out and code", [0]),
        (["see [the guide](https://example.org/a_b) first"], "the guide first", [0]),
        (["see [the guide](https://example.org/a_b) first"], "example.org/a_b", [0]),
        (["snake_case", "_snake_ case", "snake\\_case"], "snake_case", [0, 2]),
        (["snake_case", "_snake_ case", "snake\\_case"], "snakecase", []),
        (["zebra**cross**ing"], "zebra**cross", [0]),
        (["2 * 3 * 4", "**"], "*", [0, 1]),
        (["茶を飲む", "coffee"], "茶", [0]),
        (["two\n  lines", "two lines"], "two lines", [0, 1]),
        (["'; DROP TABLE x; --", "tea"], "'; drop", [0]),
        (["tea"], "", []),
        (["tea"], " \n ", []),
        (["tea"], "\0", []),
        (["tea"], "\ud800", []),
    ],
)
def test_a_text_is_found_as_it_is(
    people: People, texts: list[str], wanted: str, numbers: list[int]
) -> None:
    assert numbers_found(conversation_of(people.alice, *texts), wanted) == numbers


@pytest.mark.parametrize(
    ("text", "wanted", "hits"),
    [
        ("tea, Tea and TEA", "tea", 3),
        ("**wo**rd, `word` and w*or*d", "word", 3),
        ("```\nfor word in word\n```", "word", 2),
        ("a banana", "a", 4),
        ("aaaa", "aa", 2),
        ("茶を飲む。茶。", "茶", 2),
        ("Straße, STRASSE", "ss", 2),
        ("coffee", "tea", None),
    ],
)
def test_each_place_of_the_text_counts(
    people: People, text: str, wanted: str, hits: int | None
) -> None:
    conversation = conversation_of(people.alice, text)
    assert conversation.head_id
    found = finding.find(people.alice, conversation.pk, conversation.head_id, wanted)
    assert found.hits == ([] if hits is None else [hits])


def test_reasoning_is_looked_through(people: People) -> None:
    conversation = conversation_of(people.alice, "tea", "coffee")
    conversation.messages.update(reasoning_content="The tea, or the *te*a.")
    assert conversation.head_id
    found = finding.find(people.alice, conversation.pk, conversation.head_id, "tea")
    assert found.hits == [3, 2]


def test_a_text_that_is_too_long_is_refused(people: People) -> None:
    conversation = conversation_of(people.alice, "tea")
    with pytest.raises(Refused) as refused:
        numbers_found(conversation, "x" * 201)
    assert (refused.value.code, refused.value.field) == ("too_long", "text")


def test_only_the_shown_branch_is_looked_through(people: People) -> None:
    make_model("first"), make_model("second")
    one, other = answered(people.alice, "first", "second")
    for answer in (one, other):
        answer.content = "Tides"
        answer.save()
    conversation = one.conversation

    def found(head_id: UUID | None) -> list[UUID]:
        assert head_id
        return finding.find(people.alice, conversation.pk, head_id, "tides").ids

    assert found(one.parent_id) == [one.parent_id, one.pk, other.pk]
    assert found(one.pk) == [one.parent_id, one.pk]
    tree.delete_message(people.alice, other.pk)
    assert found(one.parent_id) == [one.parent_id, one.pk]


def test_what_is_found_is_bounded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    conversation = conversation_of(people.alice, "tea", "tea", "tea")
    assert conversation.head_id
    found = finding.find(people.alice, conversation.pk, conversation.head_id, "tea")
    assert (len(found.ids), found.is_cut) == (2, True)


def test_nothing_of_anybody_else_is_found(people: People) -> None:
    conversation = conversation_of(people.alice, "tea")
    own = conversation_of(people.charlie, "tea")
    assert conversation.head_id
    assert own.head_id
    with pytest.raises(access.NotFound):
        finding.find(people.charlie, conversation.pk, conversation.head_id, "tea")
    with pytest.raises(access.NotFound):
        finding.find(people.charlie, own.pk, conversation.head_id, "tea")
