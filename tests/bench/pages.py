"""The pages that a person loads all day, one after the other: one core serves, the other asks.

    python -m tests.bench.pages --times 200

The person has 2,000 conversations, one of them with 2,000 messages. Exit code 1 when a page takes
longer than it may at the 95th percentile, or the site to start.
"""

import argparse
import asyncio
import os
import re
import sys
import time

import aiohttp

from tests.bench.process import cpu_seconds, memory
from tests.bench.shared import ASKING, SERVING, Load, latencies
from tests.bench.site import Site, sign_in
from tests.bench.table import milliseconds, percentile, show
from tests.bench.upstream import Upstream

MOST_P95_SECONDS = 0.100
MOST_START_SECONDS = 5.0
FOR_ANYBODY = ("/healthz", "/accounts/login/")
_FILL = """
from conversations.models import Conversation, User
alice = User.objects.get(username="alice")
roles = ("user", "assistant")
text = "The tide comes in twice a day, since the moon goes round once. " * 10
def talk(messages, title):
    written = [{"role": roles[n % 2], "content": f"{n}: {text}"} for n in range(messages)]
    return Conversation.objects.create_with_branch(written, user=alice, title=title).pk
for number in range(2_000):
    talk(2, f"About the tide, part {number}")
for messages in (20, 2_000):
    print("TALK", messages, talk(messages, f"A talk of {messages}"))
"""


async def _start(site: Site) -> float:
    """Stop and start the site, which has its data by now; the seconds until it answers."""
    await site.end()
    began = time.monotonic()
    await site.start()
    return time.monotonic() - began


async def _figures(site: Site, paths: dict[str, str], times: int) -> dict[str, tuple[float, str]]:
    """Of each page its 95th percentile, and a line for people."""
    found = {}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as alice, aiohttp.ClientSession() as nobody:
        await sign_in(site.url, "alice", alice)
        for name, path in paths.items():
            load = Load(site.url + path)
            http = nobody if path in FOR_ANYBODY else alice
            for _ in range(10):
                await load.ask(http)
            load.taken.clear()
            before = cpu_seconds(site.pid)
            for _ in range(times):
                await load.ask(http)
            cpu = (cpu_seconds(site.pid) - before) / times
            size = max(load.sizes) / 1000
            line = f"{latencies(load.taken)} {milliseconds(cpu):>9} {size:7.0f} kB"
            found[name] = (percentile(load.taken, 95), line)
    return found


async def measure(times: int) -> bool:
    """Print the figures; whether they are as good as they have to be."""
    os.sched_setaffinity(0, {SERVING})  # inherited by the site
    async with Upstream() as upstream, Site(upstream.address) as site:
        os.sched_setaffinity(0, {ASKING})
        await site.furnish(["alice"], "good")
        talks = dict(re.findall(r"TALK (\d+) (\S+)", await site.run("shell", "-c", _FILL)))
        started = await _start(site)
        paths = {
            "a line of text": "/healthz",
            "the sign-in page": "/accounts/login/",
            "a new conversation": "/",
            "one of 20 messages": f"/c/{talks['20']}/",
            "one of 2,000 messages": f"/c/{talks['2000']}/",
            "50 older ones of the list": "/conversations.json",
            "the account": "/account/",
        }
        found = await _figures(site, paths, times)
        held = memory(site.pid)
    show(
        f"{times} of each; load {os.getloadavg()[0]:.1f}: p50, p95, max, CPU of the site, size",
        {name: line for name, (_, line) in found.items()},
    )
    show("The site", {"until it answers": f"{started:.1f} s", "memory": f"{held:.0f} MB"})
    slow = [name for name, (p95, _) in found.items() if p95 > MOST_P95_SECONDS]
    return not slow and started <= MOST_START_SECONDS


def main() -> None:
    """Measure and say by the exit code whether it is good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    if not asyncio.run(measure(parser.parse_args().times)):
        sys.exit("A page is slower than it may be.")


if __name__ == "__main__":
    main()
