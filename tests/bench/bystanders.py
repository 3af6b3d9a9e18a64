"""People who read answers, and a health check, beside clients that mean harm to the site.

They are measured in windows of the same run: quiet ones, and ones in which something happens. The
clients that do harm are threads with plain sockets, which hold no lock while they send.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp

from tests.bench.browser import Account, Tab
from tests.bench.load import STREAMS_A_PERSON, Delays
from tests.bench.site import Site
from tests.bench.table import milliseconds, percentile

STREAMS, RATE = 20, 20
PROBE_SECONDS = 0.02
MEGA = 1024 * 1024


@dataclass
class Window:
    """The delays of tokens and health checks in a time, and the most memory that the site had."""

    tokens: Delays = field(default_factory=lambda: Delays(0))
    health: list[float] = field(default_factory=list)
    memory: int = 0

    def __iadd__(self, other: "Window") -> Self:
        self.tokens.seconds += other.tokens.seconds
        self.health += other.health
        self.memory = max(self.memory, other.memory)
        return self

    @property
    def p99(self) -> tuple[float, float]:
        """The p99 of health checks and of tokens."""
        return percentile(self.health or [0], 99), percentile(self.tokens.seconds or [0], 99)

    def __str__(self) -> str:
        health, tokens = (milliseconds(each) for each in self.p99)
        return f"/healthz p99 {health}, tokens p99 {tokens}"


class Bystanders:
    """Twenty streams in open pages and a health check, which are measured in windows."""

    def __init__(self, site: Site, accounts: list[Account]) -> None:
        self.accounts = accounts
        # Of the accounts in turn, the first one's first.
        self.conversations: list[str] = []
        self._site = site
        self._window = Window()

    @asynccontextmanager
    async def window(self) -> AsyncIterator[Window]:
        """Measures until the block ends, and what comes of it at once."""
        self._window = window = Window()
        _forget_most_memory(self._site.pid)
        yield window
        # What was held up arrives.
        await asyncio.sleep(0.3)
        window.memory = most_memory(self._site.pid)
        self._window = Window()

    def note(self, text: str, at: float) -> None:
        """A frame has arrived."""
        self._window.tokens.note(text, at)

    async def probe(self) -> None:
        """Ask for the health of the site again and again."""
        async with aiohttp.ClientSession() as http:
            while True:
                asked, window = time.monotonic(), self._window
                async with http.get(f"{self._site.url}/healthz") as answer:
                    assert answer.status == 200, answer.status
                window.health.append(time.monotonic() - asked)
                await asyncio.sleep(PROBE_SECONDS)


@asynccontextmanager
async def bystanders(site: Site, seconds: int, staff: str = "admin") -> AsyncIterator[Bystanders]:
    """Bystanders whose answers last for so long; their first account is an administrator's."""
    # A thread that builds or sends something must not hold up what is measured.
    sys.setswitchinterval(0.0005)
    names = [staff, *(f"person{n}" for n in range(1, STREAMS // STREAMS_A_PERSON))]
    model = await site.furnish(names, "good")
    code = "from conversations.models import User; User.objects.filter(username='{}').update("
    await site.run("shell", "-c", code.format(staff) + "is_staff=True, is_superuser=True)")
    async with AsyncExitStack() as stack:
        accounts = [await stack.enter_async_context(Account(site.url, name)) for name in names]
        beside = Bystanders(site, accounts)
        for number in range(STREAMS):
            tab = Tab(accounts[number % len(accounts)], f"tab {number}")
            tab.on_text = beside.note
            await stack.enter_async_context(tab)
            started = await tab.send(f"tokens={seconds * RATE} rate={RATE} times=1", model)
            beside.conversations.append(started["conversation"]["id"])
        probe = asyncio.create_task(beside.probe())
        # The beginning of the answers is not measured.
        await asyncio.sleep(2)
        try:
            yield beside
        finally:
            probe.cancel()
            with suppress(asyncio.CancelledError):
                await probe


def most_memory(pid: int) -> int:
    """The most memory that a process has had, in bytes, since it was forgotten (Linux's /proc)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kilobytes) * 1024


def _forget_most_memory(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")
