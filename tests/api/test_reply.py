"""A reply and its streams: no loss, bounded buffers, a comment in silent periods."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from conversations.api import reply as reply_module
from conversations.api.formats import PING, Identity, StreamFormat
from conversations.api.reply import Reply, ReplyStream
from conversations.generation.api_run import Ending
from conversations.models import LedgerEntry
from conversations.quotas.settlement import Used
from conversations.transcript import Finished
from conversations.upstream import Chunk, ChunkChoice, Delta

USED = Used(LedgerEntry.Source.PROVIDER, 1, 10, 3, 0)
END = Ending(Finished("completed", {"0": "stop"}), USED)


def said(content: str) -> Chunk:
    choice = ChunkChoice(index=0, delta=Delta(content=content))
    return Chunk(id="", model="", created=0, choices=(choice,))


def streamed() -> Reply:
    return Reply(StreamFormat(Identity("chatcmpl-1", 1, "m"), 1, include_usage=False))


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(10):
            await work()

    asyncio.run(bounded())


def test_with_many_streams_close_pieces_are_written_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reply_module, "MANY_STREAMS", 0)

    async def work() -> None:
        reply = streamed()
        pieces = aiter(reply.open_stream())
        reply.receive(said("one"))
        first = await anext(pieces)
        started = asyncio.get_running_loop().time()
        waiting = asyncio.ensure_future(anext(pieces))
        await asyncio.sleep(0)
        for word in ("two", "three"):
            reply.receive(said(word))
        second = await waiting
        assert asyncio.get_running_loop().time() - started >= reply_module.GATHER_SECONDS * 0.9
        assert (first.count(b"one"), second.count(b"two"), second.count(b"three")) == (1, 1, 1)
        reply.end(END)
        rest = b"".join([piece async for piece in pieces])
        assert rest.endswith(b"data: [DONE]\n\n")

    run(work)


def test_with_one_stream_each_piece_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_module, "GATHER_SECONDS", 60.0)

    async def work() -> None:
        reply = streamed()
        pieces = aiter(reply.open_stream())
        for word in ("one", "two"):
            waiting = asyncio.ensure_future(anext(pieces))
            await asyncio.sleep(0)
            reply.receive(said(word))
            assert word.encode() in await waiting
        reply.end(END)
        assert b"[DONE]" in await anext(pieces)
        assert [piece async for piece in pieces] == []

    run(work)


def test_a_long_silence_has_comments_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_module, "PING_SECONDS", 0.02)

    async def work() -> None:
        reply = streamed()
        pieces = aiter(reply.open_stream())
        reply.receive(said("one"))
        assert b"one" in await anext(pieces)
        assert [await anext(pieces), await anext(pieces)] == [PING, PING]
        reply.end(END)
        assert (await anext(pieces)).endswith(b"[DONE]\n\n")

    run(work)


def test_a_reader_that_was_never_read_leaves_nothing_behind() -> None:
    async def work() -> None:
        before, left = ReplyStream._open, []
        reply = streamed()
        reply.abandoned = lambda: left.append(1)
        stream = reply.open_stream()
        stream.close()
        stream.close()
        assert (ReplyStream._open, left) == (before, [1])

    run(work)
