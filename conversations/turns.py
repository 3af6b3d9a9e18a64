"""What a person does in a conversation: send, regenerate, continue, stop, rename, delete."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from conversations import access, doorbell, turn_records
from conversations.generation import lifecycle
from conversations.generation.runner import runner
from conversations.models import User
from conversations.threads import in_thread
from conversations.turn_records import Sending, Turn


async def send(user: User, client_request_id: UUID, sending: Sending) -> Turn:
    """Add the person's message and have it answered. The same request again gives the same turn."""
    return await _begin(user, client_request_id, partial(turn_records.send, sending=sending))


async def regenerate(
    user: User, client_request_id: UUID, message_id: UUID, model: str | None
) -> Turn:
    """Have the message above an answer answered once more, beside the answers that it has."""
    create = partial(turn_records.regenerate, message_id=message_id, model=model)
    return await _begin(user, client_request_id, create)


async def continue_answer(user: User, client_request_id: UUID, message_id: UUID) -> Turn:
    """Have an answer that was cut, stopped or interrupted go on where it ended."""
    create = partial(turn_records.continue_answer, message_id=message_id)
    return await _begin(user, client_request_id, create)


async def _begin(user: User, client_request_id: UUID, create: Callable[..., Turn]) -> Turn:
    ready = partial(create, user, client_request_id)
    turn = await in_thread(turn_records.once, user, client_request_id, ready)
    if turn.is_new:
        runner().start(turn.generation)
        await doorbell.ring(user.pk, turn.conversation.pk)
    return turn


async def stop(user: User, generation_id: UUID) -> None:
    """Stop a running generation of the user's, in whichever process it runs."""
    generation = await in_thread(access.generation_for, user, generation_id)
    runner().stop(generation.pk)
    await in_thread(lifecycle.request_stop, generation)


async def rename(user: User, conversation_id: UUID, title: str) -> None:
    """Give a conversation another title."""
    await in_thread(turn_records.rename, user, conversation_id, title)
    await doorbell.ring(user.pk, conversation_id)


async def delete(user: User, conversation_id: UUID) -> None:
    """Delete a conversation and stop what runs in it."""
    for generation_id in await in_thread(turn_records.running_in, user, conversation_id):
        runner().stop(generation_id)
    await in_thread(turn_records.delete, user, conversation_id)
    await doorbell.ring(user.pk, conversation_id)
