"""A process that was asked to end: whoever has reached it is answered, and nobody else gets in."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.bench.process import Process
from tests.bench.site import free_port

pytestmark = pytest.mark.long
MOST_SECONDS = 10
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Leaving(Process):
    """The process, with what a client does."""

    def __init__(self) -> None:
        self.port = free_port()
        self._writers: list[asyncio.StreamWriter] = []
        super().__init__(
            "-m", "tests.chatsite.leaving_process", "--port", str(self.port), port=self.port
        )

    async def connected(self) -> Connection:
        """A connection of a client, open until the process has ended."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return reader, writer

    async def asked_to_end(self) -> None:
        """SIGTERM, and the moment from which on connections are refused."""
        self.signal(signal.SIGTERM)
        with suppress(ConnectionError):
            while True:
                await self.connected()

    async def close_connections(self) -> None:
        """Close those of the clients."""
        for writer in self._writers:
            writer.close()
        closing = [writer.wait_closed() for writer in self._writers]
        await asyncio.gather(*closing, return_exceptions=True)


@asynccontextmanager
async def leaving() -> AsyncIterator[Leaving]:
    """The process as it runs, and its end in time and without an error."""
    process = Leaving()
    await process.start()
    # It listens before it hears signals.
    reader, writer = await process.connected()
    writer.write(head("GET", "/", "Connection: close"))
    assert await reply(reader) == ("HTTP/1.1 200 OK", True, "0")
    try:
        yield process
        async with asyncio.timeout(MOST_SECONDS):
            assert await process.ended() == 0
    finally:
        await process.close_connections()
        await process.end()


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


async def reply(reader: asyncio.StreamReader) -> tuple[str, bool, str]:
    """The status line, whether the connection is closed with it, and the body."""
    headers, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    return headers.partition("\r\n")[0], "connection: close" in headers.lower(), body


def test_a_request_under_way_is_answered_and_is_the_last_of_its_connection() -> None:
    async def work() -> None:
        async with leaving() as process:
            reader, writer = await process.connected()
            writer.write(head("POST", "/", "Content-Length: 6") + b"abc")
            await writer.drain()
            await process.asked_to_end()
            writer.write(b"def")
            assert await reply(reader) == ("HTTP/1.1 200 OK", True, "6")

    asyncio.run(work())


def test_bodies_and_headers_that_never_come_do_not_keep_it() -> None:
    async def work() -> None:
        async with leaving() as process:
            began = time.monotonic()
            sent = (head("POST", "/", "Content-Length: 6") + b"abc", b"GET / HTTP/1.1\r\n", b"")
            for data in sent:
                _, writer = await process.connected()
                writer.write(data)
                await writer.drain()
            await process.asked_to_end()
            assert await process.ended() == 0
            assert time.monotonic() - began < MOST_SECONDS

    asyncio.run(work())
