"""Changes of a conversation: titles, branches, and deleting while an answer runs."""

import asyncio
from uuid import UUID, uuid4

import pytest

from conversations import access
from conversations.chat import actions, tree, turns
from conversations.chat.turns import NewMessage
from conversations.models import Conversation, Generation, User
from conversations.refusal import Refused
from tests.chat.written import answered
from tests.people import make_model, make_people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> User:
    """Alice, on a site with one model."""
    make_model("model")
    return make_people().alice


def test_a_title_is_one_line_of_200_characters_and_never_empty(alice: User) -> None:
    conversation = Conversation.objects.create(user=alice, title="Tides")
    with pytest.raises(Refused) as refused:
        tree.rename(alice, conversation.pk, " \n ")
    assert (refused.value.code, refused.value.field) == ("empty_title", "title")
    tree.rename(alice, conversation.pk, "On\n water" + "x" * 300)
    conversation.refresh_from_db()
    assert conversation.title == "On water" + "x" * 192


def test_a_deleted_message_cannot_be_shown(alice: User) -> None:
    (answer,) = answered(alice, "model")
    conversation = answer.conversation
    tree.delete_message(alice, answer.pk)
    with pytest.raises(access.NotFound):
        tree.show(alice, conversation.pk, answer.pk)
    conversation.refresh_from_db()
    assert conversation.head_id == answer.parent_id


def test_of_several_answers_those_that_are_not_deleted_stay_side_by_side(alice: User) -> None:
    first, second, third = answered(alice, "model", n=3)
    conversation = first.conversation
    tree.delete_message(alice, third.pk)
    conversation.refresh_from_db()
    assert conversation.head == first.parent
    tree.restore_message(alice, third.pk)
    conversation.refresh_from_db()
    assert conversation.head == first.parent
    tree.delete_message(alice, third.pk)
    tree.delete_message(alice, first.pk)
    conversation.refresh_from_db()
    assert conversation.head == second


def test_a_branched_copy_has_the_branch_and_the_settings_of_its_origin(alice: User) -> None:
    first, second = answered(alice, "model", n=2, temperature=0.5)
    first.content, second.content = "Water", "The moon"
    first.save(), second.save()
    copy = tree.branch_off(alice, second.pk, uuid4())
    assert copy.head is not None
    assert [each.content for each in copy.head.branch()] == ["What are tides?", "The moon"]
    assert copy.parameters == {"n": 2, "temperature": 0.5}
    assert copy.messages.filter(generation=None, changed_in=copy.version).count() == 2
    assert second.conversation.messages.count() == 3


def test_a_request_that_arrives_again_finds_done_what_it_asks_for(alice: User) -> None:
    _first, second = answered(alice, "model", n=2)
    request_id, conversation_id = uuid4(), second.conversation_id
    copies = {tree.branch_off(alice, second.pk, request_id) for _ in range(2)}
    assert len(copies) == 1
    assert tree.branch_off(alice, second.pk, uuid4()) not in copies
    tree.delete(alice, copies.pop().pk)
    with pytest.raises(access.NotFound):
        tree.branch_off(alice, second.pk, request_id)
    for action in (tree.delete, tree.restore):
        versions = set()
        for _ in range(2):
            action(alice, conversation_id)
            versions.add(Conversation.objects.get(pk=conversation_id).version)
        assert len(versions) == 1


def test_what_was_never_there_or_is_another_users_is_neither_deleted_nor_restored(
    alice: User,
) -> None:
    _first, second = answered(alice, "model", n=2)
    bob = User.objects.get(username="bob")
    for action in (tree.delete, tree.restore):
        for user, conversation_id in ((alice, uuid4()), (bob, second.conversation_id)):
            with pytest.raises(access.NotFound):
                action(user, conversation_id)


def test_deleting_a_conversation_stops_its_answers(alice: User) -> None:
    turn = turns.send(alice, uuid4(), NewMessage(None, None, "Hi", "model", {}))
    conversation_id: UUID = turn.conversation.pk
    asyncio.run(actions.delete(alice, conversation_id))
    assert Generation.objects.get(pk=turn.generation.pk).stop_requested_at is not None
    assert not access.conversations_for(alice, [conversation_id])
