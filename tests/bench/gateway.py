"""The CPU time and the delay that the gateway adds to a token, compared with a bare relay.

    python -m tests.bench.gateway --streams 100 --rate 50 --seconds 30

The yardstick is `tests/bench/bare_gateway.py`, with the same server and the same upstream client,
measured in the same run by the same program, before and after. Exit code 1 when the gateway costs
more than 1.5 times as much CPU a token, or loses one.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import mean

import aiohttp

from tests.bench.load import STREAMS_A_PERSON, Delays, Load, measure
from tests.bench.process import Process
from tests.bench.site import Site, free_port
from tests.bench.table import percentile, show
from tests.bench.upstream import Upstream

MOST_RATIO = 1.5
# The most that a token may wait to be written together with others.
MOST_ADDED_P50_SECONDS = 0.030
_KEYS = """
import json
from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import User
people = User.objects.filter(username__in={names!r})
print(json.dumps([api_keys.create(each, KeyChoices("bench"))[1] for each in people]))
"""


async def measure_gateway(load: Load) -> Delays:
    """The delays and the CPU of the site's gateway."""
    async with Upstream() as upstream, Site(upstream.address) as site:
        names = [f"person{n}" for n in range(-(-load.streams // STREAMS_A_PERSON))]
        await site.furnish(names, "good")
        printed = await site.run("shell", "-c", _KEYS.format(names=names))
        keys: list[str] = json.loads(printed.splitlines()[-1])
        return await _measure(load, f"{site.url}/v1", site.pid, keys)


async def measure_bare(load: Load) -> Delays:
    """The same of the bare relay."""
    async with Upstream() as upstream, _bare(upstream.address) as (url, pid):
        return await _measure(load, url, pid, [""])


async def _measure(load: Load, url: str, pid: int, keys: list[str]) -> Delays:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def read(number: int, words: str, delays: Delays) -> None:
            headers = {"Authorization": f"Bearer {keys[number % len(keys)]}"}
            said = [{"role": "user", "content": words}]
            body = {"model": "good", "stream": True, "messages": said}
            address = f"{url}/chat/completions"
            async with http.post(address, json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                async for line in answer.content:
                    delays.note(line.decode(), time.time())

        return await measure(load, pid, read)


@asynccontextmanager
async def _bare(upstream: str) -> AsyncIterator[tuple[str, int]]:
    port = free_port()
    module = ("-m", "tests.bench.bare_gateway", "--upstream", upstream, "--port", str(port))
    process = Process(*module, port=port)
    await process.start()
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        await process.kill()


def main() -> int:
    """Run from the command line; the exit code says whether the gateway is cheap enough."""
    parser = argparse.ArgumentParser(description="What the gateway costs a token.")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    load = Load(**vars(parser.parse_args()))
    title = f"{load.streams} streams of {load.rate} tokens/s for {load.seconds} s"
    bare = [asyncio.run(measure_bare(load))]
    show(f"Yardstick: bare relay, {title}", bare[0].figures())
    gateway = asyncio.run(measure_gateway(load))
    show(f"The gateway, {title}", gateway.figures())
    bare.append(asyncio.run(measure_bare(load)))
    show(f"Yardstick again, {title}", bare[1].figures())
    ratio = gateway.cpu_a_token / mean(each.cpu_a_token for each in bare)
    added = percentile(gateway.seconds, 50) - percentile(bare[0].seconds, 50)
    show("Beside the yardstick", {"CPU a token": f"{ratio:.2f} times, at most {MOST_RATIO}"})
    whole = len(gateway.seconds) == load.tokens
    return int(not whole or ratio > MOST_RATIO or added > MOST_ADDED_P50_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
