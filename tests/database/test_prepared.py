"""Prepared queries give what the ORM gives, for each value that they are called with."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import IntegerField, QuerySet, UUIDField
from django.test.utils import CaptureQueriesContext

from conversations.database.prepared import PreparedQuery
from conversations.models import Conversation, Message
from tests.people import make_people


def changed_since(conversation: object, since: object) -> QuerySet[Message]:
    """The messages of a conversation that changed after a version, with related records."""
    return Message.objects.filter(
        conversation=conversation, changed_in__gt=since, deleted_at=None
    ).select_related("conversation", "parent")


@pytest.fixture
def prepared() -> PreparedQuery[Message]:
    return PreparedQuery(changed_since, conversation=UUIDField(), since=IntegerField())


def conversation_of(count: int) -> Conversation:
    """A conversation of one branch, whose messages have the versions 1 to ``count``."""
    conversation = Conversation.objects.create(user=make_people().alice, title="Tea")
    parent = None
    for version in range(1, count + 1):
        parent = Message.objects.create(
            conversation=conversation, parent=parent, role="user", content="x", changed_in=version
        )
    return conversation


@pytest.mark.django_db
def test_each_value_gives_the_records_that_the_orm_gives(prepared: PreparedQuery[Message]) -> None:
    conversation = conversation_of(3)
    for since in range(4):
        expected = list(changed_since(conversation.pk, since))
        assert prepared(conversation=conversation.pk, since=since) == expected
    assert [each.changed_in for each in prepared(conversation=conversation.pk, since=1)] == [2, 3]


@pytest.mark.django_db
def test_related_records_are_loaded_and_a_record_can_be_changed_and_saved(
    prepared: PreparedQuery[Message],
) -> None:
    conversation = conversation_of(2)
    with CaptureQueriesContext(connection) as asked:
        first, second = prepared(conversation=conversation.pk, since=0)
        assert (first.parent, second.parent) == (None, first)
        assert second.conversation.title == "Tea"
        assert second.tool_calls == []
    assert len(asked) == 1
    second.content = "changed"
    second.save()
    assert Message.objects.get(pk=second.pk).content == "changed"


@pytest.mark.django_db(transaction=True)
def test_each_thread_uses_its_own_connection(prepared: PreparedQuery[Message]) -> None:
    conversation = conversation_of(2)

    def ask(_number: int) -> int:
        try:
            return len(prepared(conversation=conversation.pk, since=0))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(20))) == [2] * 20
