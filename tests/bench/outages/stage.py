"""Two processes of one site, and answers in each that pages of both and programs read."""

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp

from tests.bench.browser import Account, Frame, Refused, Tab
from tests.bench.site import Site
from tests.bench.upstream import Upstream
from tests.postgres import PostgresServer, site_on
from tests.redis_server import RedisServer

MODEL = "good"
NAMES = ("first", "second")
# Fewer to a person than the site allows to run at once.
STREAMS_A_PERSON = 6
RATE = 20
# How long a page or a program waits for the end of an answer beyond the length of the answer.
END_SECONDS = 30
# So that what is held and settled for answers is counted somewhere.
_LIMIT = """
from conversations.models import Rule
Rule.objects.create(measure="tokens", period="day", limit=10_000_000)
"""


@dataclass
class Stream:
    """One answer on a page: the tab that asked for it, and one in the other process."""

    tab: Tab
    reader: Tab
    mark: str = field(default_factory=lambda: f"mark={uuid4()}")
    conversation_id: str = ""
    generation_id: str = ""
    message_id: str = ""
    status: str = ""
    without_end: list[str] = field(default_factory=list)

    @property
    def tabs(self) -> tuple[Tab, Tab]:
        """Both tabs."""
        return self.tab, self.reader

    async def begin(self, tokens: int) -> None:
        """Ask, and wait until both tabs show something."""
        started = await self.tab.send(f"{self.mark} tokens={tokens} rate={RATE}", MODEL)
        self.conversation_id = started["conversation"]["id"]
        self.generation_id = started["generation_id"]
        self.message_id = started["conversation"]["head_id"]
        await self.reader.follow(self.generation_id)
        for tab in self.tabs:
            await tab.until(lambda t=tab: t.text.get(self.generation_id, "") != "")

    async def finished(self, until: float) -> None:
        """Wait until both tabs show the end, or until that moment of the monotonic clock."""
        for tab in self.tabs:
            try:
                left = max(0.1, until - time.monotonic())
                self.status = await tab.finished(self.generation_id, left)
            except TimeoutError:
                self.without_end.append(tab.name)


@dataclass
class Reply:
    """One answer to a program."""

    text: str = ""
    finish_reason: str | None = None
    is_done: bool = False
    failure: str = ""
    began: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, line: bytes) -> None:
        """Read one line of the stream."""
        if not line.startswith(b"data: "):
            return
        if line.strip() == b"data: [DONE]":
            self.is_done = True
            return
        event = json.loads(line[6:])
        self.failure = str(event.get("error") or "")
        for choice in event.get("choices", ()):
            self.text += choice["delta"].get("content") or ""
            self.finish_reason = choice["finish_reason"] or self.finish_reason
            self.began.set()


@dataclass
class Sending:
    """One new message: how long it took until its turn was there, or what it was refused with."""

    process: str
    seconds: float
    refusal: str = ""
    generation_id: str = ""


class Stage:
    """The processes, the servers that they use, and what is read in them."""

    def __init__(
        self, postgres: PostgresServer, redis: RedisServer, address: str, secrets: str
    ) -> None:
        self.postgres = postgres
        self.redis = redis
        self.address = address
        self.secrets = secrets
        self.upstream = Upstream()
        self.sites: list[Site] = []
        self.streams: list[Stream] = []
        self.spare: list[Tab] = []
        self.replies: list[Reply] = []
        self.sendings: list[Sending] = []
        self.key = ""
        self._programs: list[asyncio.Task[None]] = []

    async def begin(self, tokens: int) -> None:
        """Begin all answers, on pages and to programs, in both processes."""
        self._programs = [
            asyncio.create_task(self._read(self.sites[number % 2].url, reply, tokens))
            for number, reply in enumerate(self.replies)
        ]
        await asyncio.gather(*(stream.begin(tokens) for stream in self.streams))
        await asyncio.gather(*(reply.began.wait() for reply in self.replies))

    async def finished(self, seconds: float) -> None:
        """Wait until every page and program has the end."""
        until = time.monotonic() + seconds
        await asyncio.gather(*(stream.finished(until) for stream in self.streams))
        await asyncio.wait(self._programs, timeout=max(0.1, until - time.monotonic()))

    async def send(self, process: int) -> Sending:
        """Send a message in a tab of its own of that process."""
        tab, began = self.spare[process], time.monotonic()
        sending = Sending(NAMES[process], 0)
        try:
            started = await tab.send("tokens=3", MODEL)
            sending.generation_id = started["generation_id"]
        except Refused as refused:
            sending.refusal = refused.frame["code"]
        except TimeoutError:
            sending.refusal = "no answer"
        sending.seconds = time.monotonic() - began
        self.sendings.append(sending)
        return sending

    async def _read(self, url: str, reply: Reply, tokens: int) -> None:
        body = {
            "model": MODEL, "stream": True,
            "messages": [{"role": "user", "content": f"tokens={tokens} rate={RATE}"}],
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self.key}"}
        timeout = aiohttp.ClientTimeout(total=None)
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=timeout) as http,
                http.post(f"{url}/v1/chat/completions", json=body) as answer,
            ):
                async for line in answer.content:
                    reply.take(line)
        except aiohttp.ClientError as error:
            reply.failure = repr(error)


@asynccontextmanager
async def stage(
    postgres: PostgresServer, redis: RedisServer, streams: int, replies: int
) -> AsyncIterator[Stage]:
    """Two processes on a database of their own, with accounts and tabs."""
    name = f"site_{uuid4().hex[:8]}"
    async with AsyncExitStack() as stack:
        environment = stack.enter_context(site_on(postgres.address, name))
        made = Stage(postgres, redis, environment["DATABASE_URL"], environment["DATA_DIR"])
        await stack.enter_async_context(made.upstream)
        for process in NAMES:
            made.sites.append(Site(made.upstream.address, settings=_settings(made, process)))
            await stack.enter_async_context(made.sites[-1])
        people = [f"person{number}" for number in range(-(-streams // STREAMS_A_PERSON))]
        await made.sites[0].furnish(people, MODEL)
        made.key = (await made.sites[0].run("create_api_key", people[0], "--name", "bench")).strip()
        await made.sites[0].run("shell", "-c", _LIMIT)
        await _open_tabs(stack, made, people, streams)
        made.replies = [Reply() for _ in range(replies)]
        yield made


def _settings(made: Stage, process: str) -> Mapping[str, str]:
    # By its name its connections are found and cut.
    return {
        "DATABASE_URL": f"{made.address}?application_name={process}",
        "DATA_DIR": made.secrets,
        "REDIS_URL": made.redis.url,
    }


async def _open_tabs(
    stack: AsyncExitStack, made: Stage, people: Sequence[str], streams: int
) -> None:
    accounts = []
    for person in people:
        account = await stack.enter_async_context(Account(made.sites[0].url, person))
        accounts.append((account, _elsewhere(account, made.sites[1].url)))

    async def tab(number: int, process: int) -> Tab:
        account = accounts[number % len(people)][process]
        return await stack.enter_async_context(Tab(account, f"{number} in {NAMES[process]}"))

    for number in range(streams):
        own = number // len(people) % 2
        made.streams.append(Stream(await tab(number, own), await tab(number, 1 - own)))
    made.spare = [await tab(0, 0), await tab(1, 1)]


def _elsewhere(account: Account, url: str) -> Account:
    """The same account, with the same cookies, in another process."""
    other: Account = copy.copy(account)
    other.site_url = url
    return other


async def stored(stream: Stream, url: str) -> Frame:
    """The message of a stream as a process has it."""
    account = copy.copy(stream.tab.account)
    account.site_url = url
    state = await account.state(stream.conversation_id)
    return next(each for each in state["messages"] if each["id"] == stream.message_id)
