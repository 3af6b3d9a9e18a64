"""Turns that are stored without asking a model."""

from typing import Any
from uuid import uuid4

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle
from conversations.models import Message, User
from conversations.transcript import Finished


def answered(
    user: User, *models: str, finish_reason: str = "stop", **parameters: Any
) -> list[Message]:
    """The finished answers to a new message."""
    new = NewMessage(None, None, "What are tides?", models[0], parameters, compared=models[1:])
    turn = turns.send(user, uuid4(), new)
    for generation in turn.generations:
        choices = range(generation.messages.count())
        reasons = {str(choice): finish_reason for choice in choices}
        lifecycle.finish(generation.pk, generation.epoch, Finished("completed", reasons))
    return list(turn.conversation.messages.filter(role="assistant"))
