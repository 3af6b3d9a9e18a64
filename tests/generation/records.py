"""Turns and API runs for tests of the records of generations."""

from typing import Any
from uuid import uuid4

from django.db import transaction

from conversations.chat import turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation.processes import OWNER
from conversations.models import Generation, LanguageModel, Message
from conversations.quotas.reservation import Wanted, reserve
from conversations.quotas.tokens import PromptSize
from conversations.transcript import (
    TokenCounts,
)
from tests.people import People

USAGE = TokenCounts(9, 12, 21)


def sent(people: People, model: LanguageModel, above: Message | None = None, **asked: Any) -> Turn:
    """Start a turn of Alice."""
    place = (above.conversation_id, above.pk) if above else (None, None)
    sending = NewMessage(*place, "Tell me about tea.", model.name, asked)
    with transaction.atomic():
        return turns.send(people.alice, uuid4(), sending)


def api_run(people: People, model: LanguageModel, **fields: Any) -> Generation:
    """Create a running generation without messages, with its hold."""
    generation = Generation.objects.create(
        user=people.alice,
        language_model=model,
        client_request_id=uuid4(),
        **{"owner": OWNER, **fields},
    )
    with transaction.atomic():
        reserve(generation.pk, Wanted(people.alice, model, PromptSize(100, 30), 200))
    return generation
