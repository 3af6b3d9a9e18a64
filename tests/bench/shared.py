"""A shared page of 200 messages under load: one core serves, the other asks.

    python -m tests.bench.shared --seconds 10

Every answer must be the whole page, and every one of them a counted view.
"""

import argparse
import asyncio
import os
import re
import sys
import time

import aiohttp

from tests.bench.process import cpu_seconds
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile, show

SERVING, ASKING = 0, 1
LEAST_A_SECOND = 200
MOST_P95_SECONDS = 0.050
# A reader behind each: they ask again as soon as they have the page.
READERS = 4
# Asked at an even pace, well below what the site can do: how long a page takes when nobody waits.
PACE = 100

_FILL = '''
from conversations.models import Conversation, Message, User
from conversations.sharing import links
from conversations.sharing.selection import Selection
from conversations.sharing.terms import Terms
alice = User.objects.create_user("alice", password="x")
talk = Conversation.objects.create(user=alice, title="Tables and code")
answer = """Here is **what** it does, with `inline code` and [a link](https://example.org):

```python
def area(radius: float) -> float:
    # The usual one.
    return 3.14159 * radius ** 2

for each in range(10):
    print(f"{each}: {area(each):.2f}")
```

| name | size | kind |
|:-----|-----:|------|
""" + "\\n".join(f"| row {n} | {n * 17} | `kind{n}` |" for n in range(8)) + """

1. First, the *radius* is squared.
2. Then it is multiplied, which is where most mistakes are made in practice.

> A circle is a round straight line with a hole in the middle.

So $A = \\\\pi r^2$, and that is all there is to say about it for now."""
parent = None
for number in range(100):
    parent = Message.objects.create(conversation=talk, parent=parent, role="user",
        content=f"Question {number}: how does this work, and what should I change?")
    parent = Message.objects.create(conversation=talk, parent=parent, role="assistant",
        content=answer, model_name="vendor/model")
link = links.create(alice, talk.pk, Selection(leaf_id=parent.pk), Terms(audience="public"))
print("TOKEN", link.sealed_token)
'''
_VIEWS = 'from conversations.models import ShareLink; print("VIEWS", ShareLink.objects.get().views)'


class Load:
    """Requests for one page, how long each took, and how large the pages were."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.taken: list[float] = []
        self.sizes: set[int] = set()

    async def ask(self, http: aiohttp.ClientSession) -> None:
        """Ask once."""
        started = time.perf_counter()
        async with http.get(self._url) as answer:
            body = await answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} after {len(self.taken)} pages")
        self.taken.append(time.perf_counter() - started)
        self.sizes.add(len(body))

    async def as_fast_as_it_goes(self, http: aiohttp.ClientSession, seconds: float) -> float:
        """Ask from all readers at once; give how many pages came a second."""
        self.taken.clear()
        ends = time.monotonic() + seconds

        async def reader() -> None:
            while time.monotonic() < ends:
                await self.ask(http)

        await asyncio.gather(*(reader() for _ in range(READERS)))
        return len(self.taken) / seconds

    async def at_a_pace(self, http: aiohttp.ClientSession, seconds: float) -> None:
        """Ask ``PACE`` times a second, whether the last has been answered or not."""
        self.taken.clear()
        asked = []
        started = time.monotonic()
        for number in range(int(PACE * seconds)):
            await asyncio.sleep(max(0, started + number / PACE - time.monotonic()))
            asked.append(asyncio.create_task(self.ask(http)))
        await asyncio.gather(*asked)


def latencies(taken: list[float]) -> str:
    """p50, p95 and the worst."""
    return " ".join(
        f"{milliseconds(each):>10}"
        for each in (percentile(taken, 50), percentile(taken, 95), max(taken))
    )


async def measure(seconds: float) -> bool:
    """Print the figures; whether they are as good as they have to be."""
    os.sched_setaffinity(0, {SERVING})  # inherited by the site
    async with Site() as site:
        os.sched_setaffinity(0, {ASKING})
        token = re.findall(r"TOKEN (\S+)", await site.run("shell", "-c", _FILL))[0]
        load = Load(f"{site.url}/s/{token}/")
        async with aiohttp.ClientSession(auto_decompress=False) as http:
            await load.as_fast_as_it_goes(http, 1)
            asked = len(load.taken)
            await load.at_a_pace(http, seconds)
            asked += len(load.taken)
            paced = list(load.taken)
            before = cpu_seconds(site.pid)
            rate = await load.as_fast_as_it_goes(http, seconds)
            asked += len(load.taken)
            cpu = (cpu_seconds(site.pid) - before) / len(load.taken)
        views = int(re.findall(r"VIEWS (\d+)", await site.run("shell", "-c", _VIEWS))[0])
    figures = {
        f"{PACE} pages a second": latencies(paced),
        f"{READERS} readers, {rate:.0f} pages a second": latencies(load.taken),
        "CPU of the site a page": f"{milliseconds(cpu):>10}",
    }
    size = ", ".join(f"{each / 1000:.0f} kB" for each in sorted(load.sizes))
    show(f"A page of 200 messages, {size}; load {os.getloadavg()[0]:.1f}: p50, p95, max", figures)
    show("Views", {"pages": f"{asked:,}", "counted": f"{views:,}"})
    is_whole = len(load.sizes) == 1 and views == asked
    return is_whole and rate >= LEAST_A_SECOND and percentile(paced, 95) <= MOST_P95_SECONDS


def main() -> None:
    """Measure and say by the exit code whether it is good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    if not asyncio.run(measure(parser.parse_args().seconds)):
        sys.exit("The shared page is slower than it may be, or views were miscounted.")


if __name__ == "__main__":
    main()
