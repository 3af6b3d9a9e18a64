"""Connections, retries and headers of calls, over a real connection."""

import asyncio
from typing import Any

import pytest

from conversations.upstream import (
    Unreachable,
    Upstream,
)
from tests.upstream.asking import Received, receive, request, run, upstream


def test_a_server_that_is_not_there_is_unreachable() -> None:
    async def ask() -> Received:
        async with Upstream("http://127.0.0.1:9/v1") as client:
            return await receive(client, request("good"))

    assert isinstance(run(ask()).error, Unreachable)


def test_the_models_of_a_server_are_listed() -> None:
    async def ask() -> list[str]:
        async with upstream() as (_, client):
            return (await client.models()).names

    assert run(ask())[:2] == ["good", "siliconflow"]


def test_a_stream_that_ended_leaves_its_connection_for_the_next() -> None:
    async def ask() -> int:
        async with upstream() as (server, client):
            for _ in range(5):
                assert (await receive(client, request("good"))).error is None
            return len(server.connections)

    assert run(ask()) == 1


def test_a_reused_connection_that_broke_is_tried_once_more() -> None:
    async def ask() -> tuple[list[Any], int]:
        async with upstream() as (server, client):
            await receive(client, request("good"))
            received = await receive(client, request("reset-before-headers"))
            return [received.error and received.error.code], len(server.calls)

    assert run(ask()) == (["unreachable"], 3)


def test_a_new_connection_that_broke_is_not_tried_again() -> None:
    async def ask() -> int:
        async with upstream() as (server, client):
            await receive(client, request("reset-before-headers"))
            return len(server.calls)

    assert run(ask()) == 1


def test_nothing_is_asked_again_once_a_byte_has_come() -> None:
    async def ask() -> int:
        async with upstream() as (server, client):
            await receive(client, request("good"))
            await receive(client, request("cut?at=0"))
            return len(server.calls)

    assert run(ask()) == 2


@pytest.mark.parametrize(
    ("script", "calls", "seconds"), [("429-soon", 2, None), ("429-later", 1, 30.0)]
)
def test_a_short_retry_after_is_waited_for_and_a_long_one_reported(
    script: str, calls: int, seconds: float | None
) -> None:
    async def ask() -> tuple[int, float | None]:
        async with upstream() as (server, client):
            received = await receive(client, request(script))
            return len(server.calls), received.error and received.error.retry_after

    assert run(ask()) == (calls, seconds)


@pytest.mark.parametrize("script", ["rejects-stream-options", "forbids-stream-options"])
def test_a_server_that_refuses_stream_options_is_asked_without_from_then_on(script: str) -> None:
    async def ask() -> list[bool]:
        async with upstream() as (server, client):
            for _ in range(2):
                received = await receive(client, request(script))
                assert received.content
            return ["stream_options" in call.body for call in server.calls]

    assert run(ask()) == [True, False, False]


def test_requests_ask_for_no_compression_and_keep_no_cookie() -> None:
    async def ask() -> dict[str, str]:
        async with upstream(api_key="sk-canary") as (server, client):
            await asyncio.gather(*(receive(client, request("good")) for _ in range(3)))
            return dict(server.calls[-1].headers)

    headers = run(ask())
    assert headers["accept-encoding"] == "identity"
    assert headers["authorization"] == "(secret)"
    assert "cookie" not in headers
