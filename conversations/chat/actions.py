"""User actions on a conversation: run the transaction, start generations, notify the pages."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from conversations import access
from conversations.chat import tool_answers, tree, turns
from conversations.chat.once import once
from conversations.chat.state import turn_state
from conversations.chat.tool_answers import ToolAnswers
from conversations.chat.turns import NewMessage, Turn
from conversations.database.threads import in_thread
from conversations.generation import stops
from conversations.generation.runner import runner
from conversations.models import Conversation, User

Result = TypeVar("Result")


async def send(user: User, client_request_id: UUID, new: NewMessage) -> Turn:
    """Send a message and start its answers. A repeated request returns the turn it made first."""
    return await _begin(user, client_request_id, partial(turns.send, new=new))


async def regenerate(
    user: User, client_request_id: UUID, message_id: UUID, model: str | None, *, once: bool = False
) -> Turn:
    """Start another answer to the message that an answer belongs to."""
    create = partial(turns.regenerate, message_id=message_id, model=model, once=once)
    return await _begin(user, client_request_id, create)


async def continue_answer(user: User, client_request_id: UUID, message_id: UUID) -> Turn:
    """Continue an answer that was cut short, stopped or interrupted."""
    create = partial(turns.continue_answer, message_id=message_id)
    return await _begin(user, client_request_id, create)


async def answer_tools(user: User, client_request_id: UUID, answers: ToolAnswers) -> Turn:
    """Add the results of a model's tool calls and start its next answer."""
    create = partial(tool_answers.answer, answers=answers)
    return await _begin(user, client_request_id, create)


async def _begin(user: User, client_request_id: UUID, create: Callable[..., Turn]) -> Turn:
    ready = partial(create, user, client_request_id)
    with runner().beginning():
        turn = await in_thread(stored, user, client_request_id, ready)
        if turn.calls:
            for generation, call in zip(turn.generations, turn.calls, strict=True):
                runner().start(generation, call)
            runner().wakeups.notify(user.pk, turn.conversation.pk)
    return turn


def stored(user: User, client_request_id: UUID, create: Callable[[], Turn]) -> Turn:
    """The turn with its state, in one visit of a thread."""
    turn = once(user, client_request_id, create)
    return replace(turn, state=turn_state(user, turn, turn.since))


async def stop(user: User, generation_id: UUID) -> None:
    """Stop a running generation of the user's, also one that another process runs."""
    if not runner().stop(generation_id, user.pk):
        generation = await in_thread(access.generation_for, user, generation_id)
        await in_thread(stops.request_stop, generation)


async def change(user: User, conversation_id: UUID, action: Callable[[], Result]) -> Result:
    """Run an action on a conversation that starts no generation, and notify the user's pages."""
    result = await in_thread(action)
    runner().wakeups.notify(user.pk, conversation_id)
    return result


async def change_message(user: User, message_id: UUID, action: Callable[..., UUID]) -> None:
    """Run an action on a message, and notify the user's pages of its conversation."""
    conversation_id = await in_thread(action, user, message_id)
    runner().wakeups.notify(user.pk, conversation_id)


async def branch_off(user: User, client_request_id: UUID, message_id: UUID) -> Conversation:
    """Copy a branch up to a message into a new conversation, and notify the user's pages."""
    copy = await in_thread(tree.branch_off, user, message_id, client_request_id)
    runner().wakeups.notify(user.pk, copy.pk)
    return copy


async def delete(user: User, conversation_id: UUID, *, keep_links: bool = False) -> None:
    """Delete a conversation and stop its generations; its links are revoked unless kept."""
    for generation_id in await in_thread(tree.running_in, user, conversation_id):
        await stop(user, generation_id)
    action = partial(tree.delete, user, conversation_id, keep_links=keep_links)
    await change(user, conversation_id, action)
