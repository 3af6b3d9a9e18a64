"""The end of a real process: everybody is told, whatever is broken, and it is quick."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.bench.browser import Account, Tab
from tests.bench.process import Process
from tests.bench.site import Site, free_port
from tests.bench.upstream import Upstream

PEOPLE = ("alice", "bob", "charlie", "dora")
STREAMS = 18
MOST_SECONDS = 10
CLOSE, TEXT = 8, 1


async def broken_socket(account: Account, opcode: int) -> aiohttp.ClientWebSocketResponse:
    """A socket that the site cannot send frames of that kind."""
    address = f"{account.site_url}/ws/?broken={opcode}"
    return await account.http.ws_connect(address, headers={"Origin": account.site_url})


async def end_with_broken_sockets() -> tuple[float, int | None, list[int | None], str]:
    """Seconds to the end, its status, the close codes of those that streamed, and the log."""
    async with Upstream() as upstream, AsyncExitStack() as stack:
        broken = ("-m", "tests.chatsite.broken_sockets")
        site = await stack.enter_async_context(Site(upstream.address, program=broken))
        model = await site.furnish(PEOPLE, "good")
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in PEOPLE]
        tabs = [Tab(accounts[n % len(accounts)], f"tab {n}") for n in range(STREAMS)]
        # A socket that nobody refers to is closed by aiohttp.
        _broken = [await broken_socket(accounts[0], opcode) for opcode in (CLOSE, TEXT)]
        for tab in tabs:
            await stack.enter_async_context(tab)
        sent = [await tab.send("tokens=10000 rate=20", model) for tab in tabs]
        for tab, started in zip(tabs, sent, strict=True):
            await tab.until(lambda tab=tab, each=started["generation_id"]: tab.text.get(each))
        began = time.monotonic()
        os.kill(site.pid, signal.SIGTERM)
        async with asyncio.timeout(MOST_SECONDS * 3):
            status = await site.ended()
        took = time.monotonic() - began
        for tab in tabs:
            await tab.until(lambda tab=tab: tab.close_code is not None)
        return took, status, [tab.close_code for tab in tabs], site.log.read_text()


@pytest.mark.long
def test_sockets_that_cannot_be_closed_keep_nobody_from_being_told() -> None:
    took, status, codes, log = asyncio.run(end_with_broken_sockets())
    assert "This transport is broken." in log
    assert took < MOST_SECONDS
    assert status == 0
    assert codes == [1012] * STREAMS


async def end_of_a_stuck_process(signals: int) -> float:
    """Seconds until it has ended, after so many signals."""
    port = free_port()
    process = Process("-m", "tests.chatsite.stuck_process", "--port", str(port), port=port)
    await process.start()
    began = time.monotonic()
    for _ in range(signals):
        os.kill(process.pid, signal.SIGTERM)
        await asyncio.sleep(0.1)  # Two signals of one moment are delivered as one.
    async with asyncio.timeout(MOST_SECONDS * 3):
        await process.ended()
    return time.monotonic() - began


@pytest.mark.long
@pytest.mark.parametrize("signals", [1, 3], ids=["asked once", "asked again and again"])
def test_a_process_ends_in_time_though_its_answers_and_threads_do_not(signals: int) -> None:
    assert asyncio.run(end_of_a_stuck_process(signals)) < MOST_SECONDS
