"""The window on a long conversation: all of its skeleton, and whole messages within bounds."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.chat import state, tree, window
from conversations.models import Conversation, Message, User
from tests.chat.written import answered
from tests.people import People, make_model

pytestmark = pytest.mark.django_db


def long_conversation(user: User, *texts: str, **fields: Any) -> Conversation:
    """A conversation of one branch: questions and answers in turns with these texts."""
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    return Conversation.objects.create_with_branch(messages, user=user, title="Tea", **fields)


def numbered(user: User, count: int) -> Conversation:
    """A conversation whose messages say their number."""
    return long_conversation(user, *map(str, range(count)))


def numbers(messages: list[dict[str, Any]]) -> list[int]:
    return [int(message["content"]) for message in messages]


def test_a_page_has_all_of_the_skeleton_and_the_last_messages(people: People) -> None:
    conversation = numbered(people.alice, 200)
    shown = state.page_state(people.alice, conversation)
    assert len(shown["skeleton"]) == 200
    assert numbers(shown["messages"]) == list(range(140, 200))


def test_a_row_of_the_skeleton_has_about_fifty_bytes(people: People) -> None:
    rows = window.shown(numbered(people.alice, 100))["skeleton"]
    assert len(json.dumps(rows)) < 100 * 62
    assert rows[0][1:] == [None, "user"]
    assert rows[50][1:] == [1, "user"]


def test_a_row_tells_its_parent_and_that_it_is_deleted(people: People) -> None:
    make_model("first"), make_model("second")
    answers = answered(people.alice, "first", "second")
    tree.delete_message(people.alice, answers[0].pk)
    conversation = answers[0].conversation
    conversation.refresh_from_db()
    assert [row[1:] for row in window.shown(conversation)["skeleton"]] == [
        [None, "user"],
        [1, "assistant", 1],
        [2, "assistant"],
    ]
    (row,) = window.changed(conversation, conversation.version - 1)["skeleton"]
    assert row == [str(answers[0].pk), str(answers[0].parent_id), "assistant", 1]


@pytest.mark.parametrize(
    ("sizes", "whole"),
    [([99_000] * 8, 5), ([300_000] * 4, 2), ([10, 4_000_000, 4_000_000], 2), ([500_000, 1, 1], 2)],
)
def test_a_reply_has_at_most_so_many_characters_and_at_least_two_messages(
    people: People, sizes: list[int], whole: int
) -> None:
    conversation = long_conversation(people.alice, *("x" * size for size in sizes))
    assert len(window.shown(conversation)["messages"]) == whole
    assert len(window.changed(conversation, 0)["messages"]) == whole
    last = conversation.head_id
    assert last
    assert len(window.until(conversation, last)) == whole


def test_reasoning_calls_and_schemas_count_as_well(people: People) -> None:
    make_model()
    schema = {
        "type": "json_schema",
        "json_schema": {"name": "s", "schema": {"const": "x" * 90_000}},
    }
    answers = answered(people.alice, "test/model", n=2, response_format=schema)
    conversation = answers[0].conversation
    long = {"reasoning_content": "x" * 200_000, "tool_calls": ["x" * 200_000], "changed_in": 1}
    for _ in range(3):
        head = Message.objects.create(
            conversation=conversation, parent_id=conversation.head_id, role="assistant", **long
        )
        conversation.head = head
    assert len(window.shown(conversation)["messages"]) == 2


def test_other_branches_are_whole_where_there_is_room(people: People) -> None:
    conversation = numbered(people.alice, 50)
    first = conversation.messages.first()
    assert first is not None
    others = [{"role": "assistant", "content": str(100 + number)} for number in range(20)]
    for other in others:
        conversation.messages.create(parent=first, changed_in=1, **other)
    shown = numbers(window.shown(conversation)["messages"])
    assert sorted(shown) == [*range(50), *range(110, 120)]


def test_older_messages_follow_those_that_are_there_until_the_first(
    client: Client, people: People
) -> None:
    conversation = numbered(people.alice, 150)
    client.force_login(people.alice)
    shown = window.shown(conversation)["messages"]
    while numbers(shown)[0]:
        address = f"/c/{conversation.pk}/messages.json?before={shown[0]['id']}"
        reply = client.get(address).json()
        assert reply["version"] == conversation.version
        assert 0 < len(reply["messages"]) <= window.MOST_MESSAGES
        shown = reply["messages"] + shown
    assert numbers(shown) == list(range(150))
    assert (
        client.get(f"/c/{conversation.pk}/messages.json?before={shown[0]['id']}").json()["messages"]
        == []
    )
    until = client.get(f"/c/{conversation.pk}/messages.json?until={shown[70]['id']}").json()
    assert numbers(until["messages"]) == list(range(11, 71))


def test_messages_of_another_conversation_or_of_none_are_not_found(
    client: Client, people: People
) -> None:
    mine, others = numbered(people.alice, 3), numbered(people.charlie, 3)
    client.force_login(people.alice)
    for wrong in (others.head_id, uuid4(), "x", "%00", "'; --"):
        for query in ("before", "until"):
            address = f"/c/{mine.pk}/messages.json?{query}={wrong}"
            assert client.get(address).status_code == 404, address
    assert client.get(f"/c/{others.pk}/messages.json").status_code == 404


def test_older_messages_do_not_begin_with_the_result_of_a_call(people: People) -> None:
    conversation = numbered(people.alice, 61)
    called = list(conversation.messages.all())[1]
    Message.objects.filter(pk=called.pk).update(role="tool")
    shown = window.shown(conversation)["messages"]
    assert numbers(shown) == list(range(2, 61))
    conversation.messages.update(role="tool")
    assert len(window.shown(conversation)["messages"]) == 60


def test_changes_that_begin_with_results_of_calls_have_all_of_them(people: People) -> None:
    conversation = numbered(people.alice, 6)
    since, version = conversation.version, conversation.advance()
    results = list(conversation.messages.all())[3:]
    Message.objects.filter(pk__in=[each.pk for each in results]).update(changed_in=version)
    Message.objects.filter(pk__in=[each.pk for each in results[:2]]).update(role="tool")
    assert numbers(window.changed(conversation, since)["messages"]) == [3, 4, 5]


def test_few_changes_cost_as_many_queries_in_a_long_conversation(people: People) -> None:
    conversation = numbered(people.alice, 300)
    since = conversation.version
    last = conversation.messages.last()
    assert last is not None
    tree.delete_message(people.alice, last.pk)
    conversation.refresh_from_db()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        changes = window.changed(conversation, since)
    assert len(queries) == 3
    assert [row[0] for row in changes["skeleton"]] == [str(last.pk)]
    assert numbers(changes["messages"]) == [299]
