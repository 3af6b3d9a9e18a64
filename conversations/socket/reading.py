"""The state that an open page is sent, read from the database."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from conversations import access
from conversations.chat import state as states
from conversations.models import Conversation, Generation, User
from conversations.quotas.state import quota_state
from conversations.socket import frames


class Changes(NamedTuple):
    """A version of the open conversation, and the frame that brings a page there."""

    version: int
    text: str


class Update(NamedTuple):
    """Changes that a page may not know yet: rows of the list, ids of deleted conversations, changes
    of the open one, the status of the user's limits, and ids of conversations with an answer.

    ``versions`` are those of the rows.
    """

    versions: dict[UUID, int]
    listed: list[dict[str, Any]]
    deleted: list[UUID]
    opened: Changes | None
    quota: list[dict[str, Any]]
    answering: list[str]


def read_update(user: User, changed: set[UUID], opened: tuple[UUID, int] | None) -> Update:
    """An update for a page: these changed conversations, and what its open one has that is new."""
    wanted = changed | {opened[0]} if opened else changed
    found = {each.pk: each for each in access.conversations_for(user, wanted)}
    return Update(
        versions={each: found[each].version for each in changed if each in found},
        listed=[states.listed_state(found[each]) for each in changed if each in found],
        deleted=[each for each in changed if each not in found],
        opened=_changes_since(found.get(opened[0]), opened[1]) if opened else None,
        quota=quota_state(user),
        answering=states.answering(user),
    )


def _changes_since(conversation: Conversation | None, since: int) -> Changes | None:
    if conversation is None or conversation.version <= since:
        return None
    state = states.changes(conversation, since)
    text = frames.write("conversation.changed", **state)
    return Changes(state["conversation"]["version"], text)


def last_known(state: Mapping[str, Any], generation_id: UUID) -> int:
    """The number of the last event that the page need not be sent.

    Of an answer that has ended already, the last event is sent again: each ``turn.started`` is
    followed by an end, however quick the answer was.
    """
    generations = [message["generation"] for message in state["messages"] if message["generation"]]
    for each in generations:
        if each["id"] == str(generation_id):
            has_ended = each["status"] != Generation.Status.RUNNING
            return int(each["seq"]) - int(has_ended)
    return 0
