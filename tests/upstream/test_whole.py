"""Whole bodies: their size, their JSON, and the errors in them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from conversations.upstream import (
    LLAMACPP,
    Caps,
    Malformed,
    NotAStream,
    Redirected,
    TooLarge,
    Truncated,
    Upstream,
    UpstreamError,
)
from conversations.upstream.errors import Overloaded
from tests.upstream.asking import receive, request, run, upstream

TRACE = "x-siliconcloud-trace-id: trace-1"
LISTED = b'{"data": [{"id": "a"}]}'


@asynccontextmanager
async def server(
    body: bytes, status: str = "200 OK", *headers: str, length: int | None = None
) -> AsyncIterator[tuple[str, list[str]]]:
    """Yield the address of a server with one response, and the heads of its requests."""
    asked: list[str] = []
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        TRACE,
        *headers,
    ]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1", asked


def listed(
    body: bytes, *answer: str, length: int | None = None, **settings: Any
) -> list[str] | UpstreamError:
    """Return the models of such a server, or the error."""

    async def ask() -> list[str] | UpstreamError:
        async with (
            server(body, *answer, length=length) as (address, asked),
            Upstream(address, **settings) as client,
        ):
            try:
                return (await client.models()).names
            except UpstreamError as error:
                return error
            finally:
                assert [each.split("\r\n")[0] for each in asked] == ["GET /v1/models HTTP/1.1"]

    return run(ask())


def failed(error: object, kind: type[UpstreamError], message: str = "") -> bool:
    """Return whether it is that error, with the server's id of the request."""
    assert isinstance(error, kind)
    assert message in {"", error.message}
    assert error.trace_id == "trace-1"
    return True


@pytest.mark.parametrize(
    "body",
    [
        LISTED,
        b"\xef\xbb\xbf" + LISTED,
        b"\r\n\n \t" + LISTED + b"\n\n",
        b'{"data": [{"id": "a", "note": "\xff"}]}',
    ],
)
def test_a_list_is_read_behind_blank_lines_marks_and_broken_characters(body: bytes) -> None:
    assert listed(body) == ["a"]


def test_an_answer_of_just_the_cap_is_read_and_one_byte_more_is_too_large() -> None:
    assert listed(LISTED, caps=Caps(wire=len(LISTED))) == ["a"]
    error = listed(LISTED, caps=Caps(wire=len(LISTED) - 1))
    assert isinstance(error, TooLarge)
    assert error.cap == "wire"


def test_an_answer_that_breaks_off_is_no_shorter_answer() -> None:
    error = listed(LISTED, length=len(LISTED) + 9)
    assert failed(error, Truncated, "The answer broke off.")


@pytest.mark.parametrize("body", [b"{", b"[1, 2", b"\n{]"])
def test_json_that_cannot_be_read_is_malformed(body: bytes) -> None:
    assert failed(listed(body), Malformed, "The answer is not JSON.")


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html>", b"upstream says no", b"XX{"])
def test_what_never_was_json_is_something_else(body: bytes) -> None:
    assert failed(listed(body), NotAStream, "The server did not send JSON.")


def test_an_error_in_an_answer_that_says_all_is_well_is_an_error() -> None:
    error = listed(b'{"error": {"message": "No provider.", "code": 503}}')
    assert failed(error, Overloaded, "No provider.")


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://elsewhere.example/login?next=1", "elsewhere.example"),
        ("//user:word@elsewhere.example:8443/", "elsewhere.example:8443"),
        ("https://a@b@elsewhere.example/", "elsewhere.example"),
        ("https://[2001:db8::1]:8443/", "[2001:db8::1]:8443"),
        ("https://ev<b>il</b>.example/", "evbil"),
        (f"https://{'a' * 120}.example/", "a" * 100),
        ("/v2/models", "127.0.0.1"),
    ],
)
def test_a_redirect_is_never_followed_and_its_host_is_named(location: str, host: str) -> None:
    error = listed(b"", "307 Temporary Redirect", f"Location: {location}")
    assert failed(error, Redirected)
    assert error.message == f"The server redirects to {host}."
    assert error.status == 307


def test_a_redirect_to_nowhere_names_the_server_itself() -> None:
    error = listed(b"", "302 Found")
    assert failed(error, Redirected, "The server redirects to 127.0.0.1.")


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_compressed_answer_is_refused(encoding: str) -> None:
    error = listed(LISTED, "200 OK", f"Content-Encoding: {encoding}")
    assert isinstance(error, Malformed)
    assert error.message == "The server compressed its answer although asked not to."


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_an_answer_that_says_it_is_not_compressed_is_read(encoding: str) -> None:
    assert listed(LISTED, "200 OK", f"Content-Encoding: {encoding}") == ["a"]


def test_a_compressed_error_is_known_by_its_status() -> None:
    error = listed(b"\x1f\x8b", "503 Unavailable", "Content-Encoding: gzip")
    silent = listed(b"", "503 Unavailable")
    assert failed(error, Overloaded, silent.message)
    assert error.status == 503


def test_of_a_long_error_the_beginning_is_read() -> None:
    words = b'{"error": {"message": "' + b"x" * 100_000
    error = listed(words, "503 Unavailable")
    assert failed(error, Overloaded)
    assert error.status == 503


def test_each_request_says_who_asks_what_it_sends_and_what_it_takes() -> None:
    async def ask() -> list[dict[str, str]]:
        async with upstream() as (server, client):
            await receive(client, request("good"))
            await client.models()
            asked = [(call.method, call.path) for call in server.calls]
            assert asked == [("POST", "/v1/chat/completions"), ("GET", "/v1/models")]
            return [dict(call.headers) for call in server.calls]

    first, second = run(ask())
    assert first["user-agent"] == second["user-agent"] == "parley"
    assert first["content-type"] == "application/json"
    assert first["accept"] == "text/event-stream, */*;q=0.5"


def test_a_cookie_is_never_sent_back() -> None:
    async def ask() -> list[str]:
        async with (
            server(LISTED, "200 OK", "Set-Cookie: seen=1; Path=/") as (address, asked),
            Upstream(address) as client,
        ):
            for _ in range(2):
                await client.models()
            return asked

    first, second = run(ask())
    assert "cookie" not in f"{first}{second}".lower()


def test_a_request_that_is_refused_for_another_reason_is_not_sent_again() -> None:
    async def ask() -> list[bool]:
        async with upstream() as (server, client):
            for script in ("400", "good"):
                await receive(client, request(script))
            return ["stream_options" in call.body for call in server.calls]

    assert run(ask()) == [True, True]


def test_a_server_that_breaks_used_connections_is_asked_on_a_new_one_each_time() -> None:
    async def ask() -> tuple[list[str], int]:
        async with upstream(dialect=LLAMACPP) as (server, client):
            for _ in range(2):
                received = await receive(client, request("rejects-stream-options"))
                assert received.error is None
            return [call.headers["connection"] for call in server.calls], len(server.connections)

    # The first request is repeated without the unknown field.
    assert run(ask()) == (["close"] * 3, 3)


def test_half_a_surrogate_is_sent_as_an_escape() -> None:
    async def ask() -> tuple[UpstreamError | None, str]:
        async with upstream() as (server, client):
            received = await receive(client, request("good", user="a\ud83d"))
            return received.error, server.calls[0].body["user"]

    assert run(ask()) == (None, "a\ud83d")
