"""Time limits of the server on a machine whose clock is set back."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import aiohttp
import pytest

# That an application failed is noticed within a second.
SECONDS = 10


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server whose application fails, and whose clock was set back by an hour."""
    program = [sys.executable, "-m", "tests.chatsite.set_back_clock"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.kill()


async def refusal(port: int) -> int:
    """The status of the answer to a handshake."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(SECONDS):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"http://127.0.0.1:{port}/ws/")
    return refused.value.status


def test_a_handshake_that_failed_is_refused_though_the_clock_was_set_back(port: int) -> None:
    assert asyncio.run(refusal(port)) == 500
