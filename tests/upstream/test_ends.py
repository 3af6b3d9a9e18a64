"""The stop flag, the clocks and the caps end a stream from our side."""

import asyncio
import gc
import random
import time
from typing import Any

import pytest

from conversations.upstream import (
    Caps,
    Clocks,
    TimedOut,
    TooLarge,
    Upstream,
    UpstreamError,
    transport,
)
from tests.upstream.asking import Received, receive, request, run, tokens, upstream


@pytest.mark.parametrize(
    ("clock", "script"),
    [
        ("first_word", "stall-before-headers"),
        ("first_word", "comments-only"),
        ("silent", "stall-after-headers"),
        ("silent", "stall-after-tokens"),
        ("total", "good?tokens=9999&rate=50"),
    ],
)
def test_a_clock_that_ran_out_closes_the_connection(clock: str, script: str) -> None:
    async def ask() -> Received:
        async with upstream(clocks=Clocks(**{clock: 0.1})) as (server, client):
            received = await receive(client, request(script))
            await server.until(lambda: server.open_connections == 0)
            return received

    error = run(ask()).error
    assert isinstance(error, TimedOut)
    assert (error.clock, error.seconds) == (clock, 0.1)


@pytest.mark.parametrize(
    ("cap", "limit", "script"),
    [
        ("line", 1 << 20, "huge-event"),
        ("answer", 1 << 20, "huge-answer"),
        ("wire", 1 << 20, "flood"),
    ],
)
def test_each_cap_is_enforced_and_named(cap: str, limit: int, script: str) -> None:
    async def ask() -> Received:
        async with upstream(caps=Caps(**{cap: limit})) as (server, client):
            received = await receive(client, request(script))
            await server.until(lambda: server.open_connections == 0)
            return received

    error = run(ask()).error
    assert isinstance(error, TooLarge)
    assert (error.cap, error.limit_bytes) == (cap, limit)


def test_a_whole_answer_instead_of_a_stream_has_the_same_cap() -> None:
    async def ask() -> Received:
        async with upstream(caps=Caps(answer=4000)) as (_, client):
            return await receive(client, request("json?tokens=1000"))

    error = run(ask()).error
    assert isinstance(error, TooLarge)
    assert (error.cap, error.limit_bytes) == ("answer", 4000)


def test_an_answer_just_within_its_cap_is_whole() -> None:
    async def ask() -> Received:
        async with upstream(caps=Caps(answer=2_000_000)) as (_, client):
            return await receive(client, request("huge-answer"))

    received = run(ask())
    assert received.error is None
    assert len(received.content) == 2_000_000


STAGES = ["stall-before-headers", "stall-after-headers", "stall-after-tokens", "comments-only"]


@pytest.mark.parametrize("script", [*STAGES, "good?tokens=9999&gate=g", "flood"])
def test_stop_ends_an_answer_at_once_at_any_stage(script: str) -> None:
    async def ask() -> tuple[Received, float, Any]:
        async with upstream() as (server, client):
            stop = asyncio.Event()
            task = asyncio.create_task(receive(client, request(script), stop))
            await server.until(lambda: bool(server.calls))
            if "gate" in script:
                server.open("g", 3)
                await server.until(lambda: server.calls[0].sent_tokens == 3)
            started = time.monotonic()
            stop.set()
            received = await task
            took = time.monotonic() - started
            await server.until(lambda: server.open_connections == 0)
            return received, took, server.calls[0].ended

    received, took, ended = run(ask())
    assert took < 0.25
    assert received.error is None
    assert ended == "left"


def test_a_stopped_answer_says_so_and_keeps_what_was_read() -> None:
    async def ask() -> tuple[str, bool, bool]:
        async with upstream() as (server, client):
            stop, text = asyncio.Event(), ""
            server.open("g", 2)
            async with client.stream(request("good?gate=g"), stop) as answer:
                while chunks := await answer.read():
                    choices = [choice for chunk in chunks for choice in chunk.choices]
                    text += "".join(choice.delta.content or "" for choice in choices)
                    if text == tokens(2):
                        stop.set()
            return text, answer.stopped, answer.complete

    assert run(ask()) == (tokens(2), True, False)


def test_an_answer_stopped_before_it_began_asks_nothing() -> None:
    async def ask() -> int:
        async with upstream() as (server, client):
            stop = asyncio.Event()
            stop.set()
            received = await receive(client, request("good"), stop)
            assert received.stream is not None
            assert received.stream.stopped
            return len(server.calls)

    assert run(ask()) == 0


def test_the_reading_task_is_never_cancelled() -> None:
    async def ask() -> int:
        async with upstream() as (server, client):
            stop = asyncio.Event()
            task = asyncio.create_task(receive(client, request("stall-before-headers"), stop))
            await server.until(lambda: bool(server.calls))
            stop.set()
            await task
            return task.cancelling()

    assert run(ask()) == 0


def test_a_reader_that_leaves_early_closes_its_connection() -> None:
    async def ask() -> str:
        async with upstream() as (server, client):
            async with client.stream(request("good?tokens=9999&rate=500")) as answer:
                await answer.read()
            await server.until(lambda: server.open_connections == 0)
            return server.calls[0].ended

    assert run(ask()) == "left"


def test_a_cancelled_reader_closes_its_connection() -> None:
    async def ask() -> None:
        async with upstream() as (server, client):
            for script in STAGES:
                task = asyncio.create_task(receive(client, request(script)))
                before = len(server.calls)
                await server.until(lambda before=before: len(server.calls) > before)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await server.until(lambda: server.open_connections == 0)

    run(ask())


def test_after_1000_random_stops_every_request_succeeds_and_no_connection_is_left() -> None:
    chance = random.Random(7)
    scripts = ["good?tokens=30&rate=2000", "stall-before-headers", "stall-after-tokens", "good"]

    async def stopped(client: Upstream) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(chance.uniform(0, 0.03), stop.set)
        received = await receive(client, request(chance.choice(scripts)), stop)
        assert received.error is None

    async def worker(client: Upstream, times: int) -> None:
        for _ in range(times):
            await stopped(client)

    async def ask() -> list[str]:
        async with upstream() as (server, client):
            await asyncio.gather(*(worker(client, 50) for _ in range(20)))
            await server.until(lambda: all(call.ended for call in server.calls))
            last = [receive(client, request("good?gate=last")) for _ in range(20)]
            received = asyncio.gather(*last)
            await server.until(lambda: sum(not call.ended for call in server.calls) == 20)
            assert server.open_connections == 20
            server.open("last", 20 * 20)
            contents = [one.content[:5] for one in await received if one.error is None]
            await client.aclose()
            await server.until(lambda: server.open_connections == 0)
            return contents

    assert run(ask()) == ["<gen:"] * 20


def test_a_stopped_answer_leaves_nothing_in_memory() -> None:
    async def stopped(client: Upstream) -> None:
        stop = asyncio.Event()
        async with client.stream(request("good?tokens=200&rate=400"), stop) as stream:
            while await stream.read():
                stop.set()

    async def ask() -> int:
        async with upstream() as (_server, client):
            for _ in range(10):
                await stopped(client)
            gc.collect()
            # By its type: a lazy object among the others would be made by `isinstance`.
            return sum(type(each) is transport._Body for each in gc.get_objects())

    # The last one may still be on its way out.
    assert run(ask()) <= 1


def test_every_call_gets_a_connection_at_once() -> None:
    async def ask() -> list[UpstreamError | None]:
        async with upstream() as (server, client):
            asked = [receive(client, request("good?gate=g,tokens=1")) for _ in range(300)]
            received = asyncio.gather(*asked)
            await server.until(lambda: server.open_connections == 300)
            server.open("g", 300)
            return [each.error for each in await received]

    assert run(ask()) == [None] * 300


def test_bytes_that_arrived_before_the_connection_broke_are_read() -> None:
    async def ask() -> None:
        async with (
            upstream() as (server, client),
            client.stream(request("cut?at=3")) as answer,
        ):
            await server.until(lambda: server.open_connections == 0)
            for _turn in range(10):  # until the client has noticed
                await asyncio.sleep(0)
            while chunks := await answer.read():
                for chunk in chunks:
                    received.take(chunk)

    received = Received()
    with pytest.raises(UpstreamError):
        run(ask())
    assert received.content == tokens(3)
