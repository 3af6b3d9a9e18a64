"""One Idempotency-Key in two processes of one site: one call, one charge, the same bytes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import psycopg
import pytest

from tests.bench.site import Site
from tests.bench.upstream import Upstream
from tests.processes import END_SECONDS

pytestmark = pytest.mark.long
ENDED = b"data: [DONE]\n\n"


@dataclass
class Pair:
    """Two processes, and a client of both with one API key."""

    upstream: Upstream
    sites: list[Site]
    key: str
    http: aiohttp.ClientSession

    def ask(self, site: Site, word: str, words: str) -> "aiohttp.client._RequestContextManager":
        """A stream of a process, with that Idempotency-Key."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": word}
        said = [{"role": "user", "content": words}]
        body = {"model": "good", "stream": True, "messages": said}
        return self.http.post(f"{site.url}/v1/chat/completions", json=body, headers=headers)

    async def read(self, site: Site, word: str, words: str) -> bytes:
        """The whole reply of a process."""
        async with self.ask(site, word, words) as answer:
            return await answer.read()


@asynccontextmanager
async def pair(database: Mapping[str, str]) -> AsyncIterator[Pair]:
    """Two processes on one PostgreSQL database."""
    settings = {name: database[name] for name in ("DATABASE_URL", "DATA_DIR")}
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        sites = [Site(upstream.address, settings=settings) for _ in range(2)]
        for site in sites:
            await stack.enter_async_context(site)
        await sites[0].furnish(["alice"], "good")
        key = (await sites[0].run("create_api_key", "alice", "--name", "pair")).strip()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Pair(upstream, sites, key, http)
        for site in sites:
            assert site.tracebacks() == []


def charges(database: str) -> int:
    """The number of requests that were charged."""
    with psycopg.connect(database) as connection:
        sums = connection.execute("SELECT sum(requests) FROM conversations_ledgerentry")
        return int(sums.fetchone()[0])


def test_the_same_requests_at_the_same_moment_make_one_call_and_get_equal_replies(
    postgres_site: dict[str, str],
) -> None:
    async def work() -> None:
        async with pair(postgres_site) as two:
            asked = [(site, "order", "tokens=60 rate=30") for site in two.sites * 3]
            replies = await asyncio.gather(*(two.read(*each) for each in asked))
            assert replies[0].endswith(ENDED)
            assert set(replies) == {replies[0]}
            assert len((await two.upstream.record())[0]) == 1
            assert charges(postgres_site["DATABASE_URL"]) == 1
            # It can be read again in both, and after one has gone.
            await two.sites[0].kill()
            assert await two.read(two.sites[1], "order", "tokens=60 rate=30") == replies[0]

    asyncio.run(work())


def test_one_that_joins_in_another_process_reads_what_grows_and_an_end_when_its_process_dies(
    postgres_site: dict[str, str],
) -> None:
    async def work() -> None:
        async with pair(postgres_site) as two:
            owner, other = two.sites
            words = "tokens=400 rate=50"
            async with two.ask(owner, "order", words) as first:
                read = await first.content.readuntil(b"0040")
                async with two.ask(other, "order", words) as second:
                    followed = await second.content.readuntil(b"0100")
                    assert followed.startswith(read)
                    await owner.kill()
                    async with asyncio.timeout(END_SECONDS):
                        followed += await second.read()
            assert b'"code":"restarted"' in followed
            assert ENDED not in followed
            assert await two.read(other, "order", words) == followed
            assert charges(postgres_site["DATABASE_URL"]) == 1

    asyncio.run(work())
