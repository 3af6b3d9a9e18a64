"""The delay that the site adds to a token, from the upstream's sending to the browser's frame.

    python -m tests.bench.load --streams 20 --rate 50 --seconds 20

The upstream puts the time of sending into each token. A bare relay is measured in the same run by
the same client, since the machine, the upstream and the client have delays of their own. Exit
code 1 when the site adds more than it may.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.bench.browser import Account, Tab
from tests.bench.process import Process, cpu_seconds
from tests.bench.site import Site, free_port
from tests.bench.table import milliseconds, percentile, show
from tests.bench.upstream import Upstream

STREAMS_A_PERSON = 5
MOST_P50_SECONDS, MOST_P99_SECONDS = 0.030, 0.100
WARM_UP = "tokens=1"
_TOKEN = re.compile(r"<(gen:\d+:\d+):(\d{10}\.\d{6})>")


@dataclass
class Delays:
    """Seconds from sending to arrival, one for each token, and what the server used.

    Tokens of before ``since`` (Unix time) do not count: a page may be sent older answers again.
    """

    asked: int
    since: float = 0.0
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    _seen: set[str] = field(default_factory=set)

    def note(self, text: str, at: float) -> None:
        """Take the tokens of a frame that arrived at that Unix time, each the first time."""
        for token, sent_at in _TOKEN.findall(text):
            if token not in self._seen and float(sent_at) >= self.since:
                self._seen.add(token)
                self.seconds.append(at - float(sent_at))

    @property
    def cpu_a_token(self) -> float:
        """Seconds of the server's CPU for each token that arrived."""
        return self.cpu_seconds / len(self.seconds)

    def figures(self) -> dict[str, object]:
        """The numbers as text."""
        return {
            "tokens arrived": f"{len(self.seconds)} of {self.asked}",
            "added delay p50": milliseconds(percentile(self.seconds, 50)),
            "added delay p99": milliseconds(percentile(self.seconds, 99)),
            "added delay max": milliseconds(max(self.seconds)),
            "CPU of the server, a token": f"{self.cpu_a_token * 1e6:.0f} µs",
        }


@dataclass(frozen=True)
class Load:
    """A number of streams, each of ``rate`` tokens a second for ``seconds``."""

    streams: int
    rate: int
    seconds: int

    @property
    def words(self) -> str:
        """The instructions for the scripted upstream."""
        return f"tokens={self.rate * self.seconds} rate={self.rate} times=1"

    @property
    def tokens(self) -> int:
        """Of all streams together."""
        return self.streams * self.rate * self.seconds

    @property
    def patience(self) -> float:
        """Seconds to wait for the end of an answer."""
        return self.seconds * 3 + 30


async def measure_site(load: Load) -> Delays:
    """The delays through the site."""
    async with Upstream() as upstream, Site(upstream.address) as site, AsyncExitStack() as stack:
        names = [f"person{n}" for n in range(-(-load.streams // STREAMS_A_PERSON))]
        model = await site.furnish(names, "good")
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        tabs = [Tab(accounts[n % len(names)], f"tab {n}") for n in range(load.streams)]
        for tab in tabs:
            await stack.enter_async_context(tab)

        async def read(number: int, words: str, delays: Delays) -> None:
            tabs[number].on_text = delays.note
            started = await tabs[number].send(words, model)
            await tabs[number].finished(started["generation_id"], load.patience)

        return await measure(load, site.pid, read)


async def measure_relay(load: Load) -> Delays:
    """The delays through the bare relay."""
    async with Upstream() as upstream, _relay(upstream.address) as (url, pid):
        http = aiohttp.ClientSession()

        async def read(_number: int, words: str, delays: Delays) -> None:
            async with http.ws_connect(url) as socket:
                await socket.send_str(words)
                async for message in socket:
                    delays.note(message.data, time.time())

        async with http:
            return await measure(load, pid, read)


async def measure(
    load: Load, pid: int, read: Callable[[int, str, Delays], Awaitable[None]]
) -> Delays:  # fmt: skip
    """The delays of all streams, each read by ``read``, and the CPU of that process meanwhile."""
    delays = Delays(asked=load.tokens)

    # One-time work of a process, such as opening its connections, is not measured.
    await asyncio.gather(*(read(number, WARM_UP, Delays(0)) for number in range(load.streams)))

    async def begin(number: int) -> None:
        # Spread, so that the tokens of all streams do not come at the same moment.
        await asyncio.sleep(random.random())
        await read(number, load.words, delays)

    before = cpu_seconds(pid)
    await asyncio.gather(*(begin(number) for number in range(load.streams)))
    delays.cpu_seconds = cpu_seconds(pid) - before
    return delays


@asynccontextmanager
async def _relay(upstream: str) -> AsyncIterator[tuple[str, int]]:
    """Its address and the number of its process."""
    port = free_port()
    module = ("-m", "tests.bench.relay", "--upstream", upstream, "--port", str(port))
    process = Process(*module, port=port)
    await process.start()
    try:
        yield f"http://127.0.0.1:{port}/ws/", process.pid
    finally:
        await process.kill()


def main() -> int:
    """Run from the command line; the exit code says whether the site was quick enough."""
    parser = argparse.ArgumentParser(description="What the site adds to the delay of a token.")
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    load = Load(**vars(parser.parse_args()))
    title = f"{load.streams} streams of {load.rate} tokens/s for {load.seconds} s"
    relay = asyncio.run(measure_relay(load))
    show(f"Yardstick: bare relay, {title}", relay.figures())
    site = asyncio.run(measure_site(load))
    show(f"The site, {title}", site.figures())
    quick = (
        percentile(site.seconds, 50) <= MOST_P50_SECONDS
        and percentile(site.seconds, 99) <= MOST_P99_SECONDS
    )
    return int(not quick or len(site.seconds) != load.tokens)


if __name__ == "__main__":
    sys.exit(main())
