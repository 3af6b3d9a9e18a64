"""Runs generations in this process, with a scripted upstream and a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from conversations.chat import actions
from conversations.chat.turns import NewMessage, Turn
from conversations.database.threads import in_thread
from conversations.generation import log
from conversations.generation.processes import OWNER
from conversations.generation.runner import runner
from conversations.generation.tail import Batch
from conversations.models import Conversation, Generation, Message, User
from conversations.transcript import decode
from tests.people import make_model, make_people
from tests.upstreams.scripted import ScriptedUpstream

T = TypeVar("T")
SECONDS = 20
KEY = "sk-canary-3141"


class Stage:
    """Alice and a scripted upstream."""

    def __init__(self, alice: User, upstream: ScriptedUpstream) -> None:
        self.alice = alice
        self.upstream = upstream

    async def model(self, script: str, **fields: Any) -> str:
        """Create a model that plays the script; return its name."""
        fields = {"base_url": self.upstream.address, "api_key": KEY, **fields}
        model = await in_thread(make_model, script, **fields)
        return model.name

    async def send(self, content: str, model: str, request_id: UUID | None = None) -> Turn:
        """Send a message as Alice in a new conversation."""
        sending = NewMessage(None, None, content, model, {})
        return await actions.send(self.alice, request_id or uuid4(), sending)

    async def stop(self, turn: Turn) -> None:
        """Stop an answer as Alice."""
        await actions.stop(self.alice, turn.generation.pk)

    async def ended(self, turn: Turn) -> tuple[Generation, Message]:
        """Wait for the end; return the generation and its message."""
        async for _ in runner().tails.follow(turn.generation.pk, 0):
            pass
        return await in_thread(generation_and_message, turn.generation.pk)


def generation_and_message(generation_id: UUID) -> tuple[Generation, Message]:
    """Return a stored generation and its only message."""
    generation = Generation.objects.get(pk=generation_id)
    return generation, generation.messages.get()


async def followed(generation_id: UUID, after: int = 0) -> list[Batch]:
    """Follow a generation to its end; return the batches."""
    return [batch async for batch in runner().tails.follow(generation_id, after)]


def payloads(batches: list[Batch]) -> list[str]:
    """Return the payloads of the batches, in order."""
    return [payload for batch in batches for payload in batch.payloads]


async def logged(generation_id: UUID) -> list[str]:
    """Return the payloads in the log."""
    cursor = log.Cursor(generation_id, 0)
    return (await in_thread(log.read_after, [cursor]))[cursor].payloads


def play(work: Callable[[Stage], Awaitable[T]]) -> T:
    """Run ``work`` on a stage of its own, then end all runs."""

    async def whole() -> T:
        people = await in_thread(make_people)
        async with asyncio.timeout(SECONDS), ScriptedUpstream() as upstream:
            try:
                return await work(Stage(people.alice, upstream))
            finally:
                await runner().drain()

    return asyncio.run(whole())


def a_running_generation(alice: User) -> Generation:
    """Create a running generation without a task, with an empty message."""
    conversation = Conversation.objects.create(user=alice, title="Tea")
    generation = Generation.objects.create(
        user=alice, conversation=conversation, client_request_id=uuid4(), owner=OWNER
    )
    Message.objects.create(
        conversation=conversation, role=Message.Role.ASSISTANT, generation=generation
    )
    return generation


async def until_shown(generation: Generation, tokens: int) -> None:
    """Wait until this many tokens have been shown."""
    text = ""
    async for batch in runner().tails.follow(generation.pk, 0):
        text += "".join(decode(payload).content for payload in batch.payloads)
        if text.count("<") >= tokens:
            return
