"""The outline of a branch, from which a reader chooses what to share."""

from uuid import uuid4

import pytest
from django.test import Client

from conversations.chat import outline, tree
from conversations.models import Conversation
from tests.chat.written import answered
from tests.people import People, make_model

pytestmark = pytest.mark.django_db


def test_it_has_the_beginning_of_every_message_of_the_branch(
    client: Client, people: People
) -> None:
    texts = [{"role": "user", "content": f"{number} " + "x" * 10_000} for number in range(100)]
    conversation = Conversation.objects.create_with_branch(texts, user=people.alice, title="Tea")
    client.force_login(people.alice)
    told = client.get(f"/c/{conversation.pk}/outline.json").json()
    assert told["conversation"]["title"] == "Tea"
    assert [each["content"].split()[0] for each in told["messages"]] == list(map(str, range(100)))
    assert {len(each["content"]) for each in told["messages"]} == {outline.CHARACTERS}
    until = told["messages"][2]["id"]
    shorter = client.get(f"/c/{conversation.pk}/outline.json?until={until}").json()
    assert shorter["messages"] == told["messages"][:3]
    for wrong in (uuid4(), "x"):
        address = f"/c/{conversation.pk}/outline.json?until={wrong}"
        assert client.get(address).status_code == 404


def test_it_tells_models_and_leaves_deleted_messages_out(people: People) -> None:
    make_model("first")
    (answer,) = answered(people.alice, "first")
    told = outline.outline(answer.conversation, answer.pk)
    assert [(each["role"], each["model"]) for each in told["messages"]] == [
        ("user", None),
        ("assistant", "first"),
    ]
    tree.delete_message(people.alice, answer.pk)
    assert len(outline.outline(answer.conversation, answer.pk)["messages"]) == 1


def test_it_has_the_answers_of_which_none_is_kept(client: Client, people: People) -> None:
    make_model("first")
    make_model("second")
    first, second = answered(people.alice, "first", "second")
    client.force_login(people.alice)
    told = client.get(f"/c/{first.conversation_id}/outline.json").json()
    assert [each["role"] for each in told["messages"]] == ["user"]
    assert [each["model"] for each in told["answers"]] == ["first", "second"]
    parents = {each["parent_id"] for each in told["answers"]}
    assert parents == {told["messages"][0]["id"]}
    tree.delete_message(people.alice, second.pk)
    told = client.get(f"/c/{first.conversation_id}/outline.json").json()
    assert [each["model"] for each in told["messages"]] == [None, "first"]
    assert told["answers"] == []
