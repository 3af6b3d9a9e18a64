"""A reply and its streams: no loss, bounded buffers, a comment in silent periods."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from conversations.api import run_reply
from conversations.api.errors import ApiError
from conversations.api.formats import PING, Identity, JsonFormat, StreamFormat
from conversations.api.record import Seal
from conversations.api.run_reply import RunReply
from conversations.generation.api_run import Ending
from conversations.models import LedgerEntry
from conversations.quotas.settlement import Used
from conversations.transcript import Finished
from conversations.upstream import Chunk, ChunkChoice, Delta, Failed

USED = Used(LedgerEntry.Source.PROVIDER, 1, 10, 3, 0)
END = Ending(Finished("completed", {"0": "stop"}), USED)
FAILED = Ending(Finished("failed"), error=Failed("It broke."))


def said(content: str) -> Chunk:
    choice = ChunkChoice(index=0, delta=Delta(content=content))
    return Chunk(id="", model="", created=0, choices=(choice,))


def streamed() -> RunReply:
    return RunReply(StreamFormat(Identity("chatcmpl-1", 1, "m"), 1, include_usage=False))


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(10):
            await work()

    asyncio.run(bounded())


def test_each_piece_is_written_at_once() -> None:
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


def quickened(monkeypatch: pytest.MonkeyPatch, first: float = 0.02, later: float = 0.02) -> None:
    """Comments after these seconds."""
    monkeypatch.setattr(run_reply, "FIRST_SECONDS", first)
    monkeypatch.setattr(run_reply, "PING_SECONDS", later)


def test_a_long_silence_has_comments_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    quickened(monkeypatch)

    async def work() -> None:
        reply = streamed()
        pieces = aiter(reply.open_stream())
        reply.receive(said("one"))
        assert b"one" in await anext(pieces)
        assert [await anext(pieces), await anext(pieces)] == [PING, PING]
        reply.end(END)
        assert (await anext(pieces)).endswith(b"[DONE]\n\n")

    run(work)


def test_a_client_hears_within_five_seconds_and_then_every_ten() -> None:
    # The rest is for the way and for a busy machine.
    assert 4 <= run_reply.FIRST_SECONDS < 5
    assert 8 <= run_reply.PING_SECONDS < 10


def test_no_silence_is_longer_than_the_bound_even_if_a_token_came_just_after_a_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickened(monkeypatch, later=0.08)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        reply = streamed()
        pieces = aiter(reply.open_stream())
        assert await anext(pieces) == PING
        await asyncio.sleep(0.02)
        reply.receive(said("one"))
        assert b"one" in await anext(pieces)
        spoken = loop.time()
        assert await anext(pieces) == PING
        assert 0.07 < loop.time() - spoken < 0.14

    run(work)


def test_the_time_that_passed_before_the_reply_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    quickened(monkeypatch, first=60.0)

    async def work() -> None:
        body_format = StreamFormat(Identity("chatcmpl-1", 1, "m"), 1, include_usage=False)
        reply = RunReply(body_format, arrived=asyncio.get_running_loop().time() - 60)
        assert await anext(aiter(reply.open_stream())) == PING

    run(work)


def test_the_first_comment_decides_the_status_and_an_error_is_an_event_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickened(monkeypatch)

    async def work() -> None:
        reply = streamed()
        stream = reply.open_stream()
        await reply.decided()
        reply.end(FAILED)
        heard = b"".join([piece async for piece in stream])
        assert heard.startswith(PING)
        assert b'data: {"error":{"message":' in heard
        assert b"finish_reason" not in heard
        assert b"[DONE]" not in heard
        assert reply.error

    run(work)


def test_an_error_before_the_first_comment_is_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    quickened(monkeypatch, first=60.0)

    async def work() -> None:
        reply = streamed()
        reply.open_stream()
        reply.end(FAILED)
        with pytest.raises(ApiError) as caught:
            await reply.decided()
        assert caught.value is reply.error

    run(work)


def test_a_whole_answer_has_no_comments_and_its_error_is_its_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickened(monkeypatch, first=0.0, later=0.0)

    async def work() -> None:
        for ending in (END, FAILED):
            reply = RunReply(JsonFormat(Identity("chatcmpl-1", 1, "m"), 1))
            stream = reply.open_stream()
            reply.receive(said("one"))
            await asyncio.sleep(0.01)
            assert not reply.size
            reply.end(ending)
            if ending is END:
                assert (await stream.whole()).startswith(b"{")
            else:
                with pytest.raises(ApiError):
                    await reply.decided()

    run(work)


def test_a_stream_that_is_opened_later_reads_the_same_comments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickened(monkeypatch)

    async def work() -> None:
        identity = Identity("chatcmpl-1", 1, "m")
        reply = RunReply(StreamFormat(identity, 1, include_usage=False), seal=Seal("key", "k"))
        first = reply.open_stream()
        reading = asyncio.ensure_future(first.whole())
        await reply.decided()
        reply.receive(said("one"))
        reply.end(END)
        second = reply.open_stream()
        assert await reading == await second.whole()
        assert (await reading).startswith(PING)

    run(work)


def test_no_comment_is_written_while_the_end_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    quickened(monkeypatch)

    async def work() -> None:
        identity = Identity("chatcmpl-1", 1, "m")
        reply = RunReply(StreamFormat(identity, 1, include_usage=False), seal=Seal("key", "k"))
        await reply.decided()
        assert reply.record
        reply.record.close()
        written = reply.size
        await asyncio.sleep(3 * run_reply.PING_SECONDS)
        assert reply.size == written

    run(work)


def test_a_reader_that_was_never_read_leaves_nothing_behind() -> None:
    async def work() -> None:
        left: list[int] = []
        reply = streamed()
        reply.abandoned = lambda: left.append(1)
        stream = reply.open_stream()
        stream.close()
        stream.close()
        assert left == [1]

    run(work)
