"""Requests to the scripted upstream, and their results."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from conversations.upstream import (
    ChatMessage,
    Chunk,
    CompletionRequest,
    CompletionStream,
    ToolCallDelta,
    Upstream,
    UpstreamError,
)
from tests.upstreams.scripted import ScriptedUpstream

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine for at most 30 seconds."""

    async def limited() -> T:
        async with asyncio.timeout(30):
            return await work

    return asyncio.run(limited())


def request(model: str, **fields: Any) -> CompletionRequest:
    """Return a request with one message."""
    return CompletionRequest(
        model=model, messages=(ChatMessage(role="user", content="Hi"),), **fields
    )


@asynccontextmanager
async def upstream(**settings: Any) -> AsyncIterator[tuple[ScriptedUpstream, Upstream]]:
    """Start a scripted server and yield it with a client."""
    async with (
        ScriptedUpstream() as server,
        Upstream(server.address, **settings) as client,
    ):
        yield server, client


@dataclass
class Received:
    """The content of one completion stream."""

    contents: dict[int, str] = field(default_factory=dict)
    reasoning: dict[int, str] = field(default_factory=dict)
    roles: list[tuple[int, str]] = field(default_factory=list)
    tool_pieces: list[ToolCallDelta] = field(default_factory=list)
    raw_finish_reasons: dict[int, str] = field(default_factory=dict)
    error: UpstreamError | None = None
    stream: CompletionStream | None = None

    @property
    def content(self) -> str:
        return self.contents.get(0, "")

    @property
    def calls(self) -> list[tuple[str | None, str | None, str]]:
        """The tool calls as (id, name, arguments)."""
        first = [piece for piece in self.tool_pieces if piece.id is not None]
        return [(piece.id, piece.name, self._arguments(piece.index)) for piece in first]

    def _arguments(self, index: int) -> str:
        return "".join(piece.arguments for piece in self.tool_pieces if piece.index == index)

    def take(self, chunk: Chunk) -> None:
        for choice in chunk.choices:
            delta = choice.delta
            if delta.role:
                self.roles.append((choice.index, delta.role))
            for texts, text in (
                (self.contents, delta.content),
                (self.reasoning, delta.reasoning_content),
            ):
                assert text != "", "an empty text must be None"
                texts[choice.index] = texts.get(choice.index, "") + (text or "")
            self.tool_pieces += delta.tool_calls
            if choice.raw_finish_reason:
                self.raw_finish_reasons[choice.index] = choice.raw_finish_reason


async def receive(
    client: Upstream, asked: CompletionRequest, stop: asyncio.Event | None = None, **more: Any
) -> Received:
    """Read one stream to its end, or to its error."""
    received = Received()
    try:
        async with client.stream(asked, stop, **more) as received.stream:
            while chunks := await received.stream.read():
                for chunk in chunks:
                    received.take(chunk)
    except UpstreamError as error:
        received.error = error
    return received


def receive_script(
    model: str, *, settings: dict[str, Any] | None = None, **fields: Any
) -> Received:
    """Read the stream of one script from a server of its own."""

    async def ask() -> Received:
        async with upstream(**(settings or {})) as (_, client):
            return await receive(client, request(model, **fields))

    return run(ask())


def tokens(count: int, number: int = 1) -> str:
    """Return the text of the first tokens of a scripted answer."""
    return "".join(f"<gen:{number}:{position:04d}>" for position in range(count))
