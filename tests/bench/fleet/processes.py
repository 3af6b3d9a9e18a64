"""Several processes of one site, with all that operators put around them."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psycopg

from tests.bench.browser import Account
from tests.bench.nginx import nginx_before
from tests.bench.process import START_SECONDS
from tests.bench.site import Site, free_port
from tests.bench.upstream import Upstream
from tests.postgres import running_postgres, site_on
from tests.redis_server import RedisServer

PROCESSES = 3
# Fewer than the site allows to run at once.
STREAMS_A_PERSON = 5
_SETTINGS = ("DATABASE_URL", "DATA_DIR")
_OWNED = """
    SELECT generation.id::text FROM conversations_generation AS generation
    JOIN conversations_process AS process ON generation.owner = process.id::text
    WHERE generation.status = 'running' AND process.name LIKE %s
"""
_ENDS = """
    SELECT generation.status, count(event.id) FROM conversations_generation AS generation
    LEFT JOIN conversations_loggedevent AS event ON event.generation_id = generation.id
    AND event.payload LIKE '{"type":"finished"%%'
    WHERE generation.id::text = ANY(%s) GROUP BY generation.id
"""


@dataclass
class Fleet:
    """The processes behind nginx, and a signed-in user for each answer at once."""

    sites: list[Site]
    upstream: Upstream
    database: str
    accounts: list[Account] = field(default_factory=list)

    async def start(self, site: Site) -> None:
        """Start a process, and wait until it may take traffic."""
        await site.start()
        async with aiohttp.ClientSession() as http, asyncio.timeout(START_SECONDS):
            while True:
                if await _is_ready(http, site):
                    return
                await asyncio.sleep(0.02)

    def owned_by(self, site: Site) -> set[str]:
        """The ids of the generations that the process runs."""
        with psycopg.connect(self.database) as connection:
            rows = connection.execute(_OWNED, [f"process {site.pid} on %"]).fetchall()
        return {name for (name,) in rows}

    def ends(self, generation_ids: Sequence[str]) -> list[tuple[str, int]]:
        """The status of each of these generations, and the number of its last events."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(_ENDS, [generation_ids]).fetchall()

    def tracebacks(self) -> list[str]:
        """The last lines of the tracebacks in the logs of all processes."""
        return [line for site in self.sites for line in site.tracebacks()]


async def _is_ready(http: aiohttp.ClientSession, site: Site) -> bool:
    try:
        async with http.get(f"{site.url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def fleet(streams: int) -> AsyncIterator[Fleet]:
    """Three processes that may take traffic, with users for that many answers at once."""
    program = shutil.which("redis-server")
    assert program is not None, "Redis is not installed; on Debian: apt-get install redis-server."
    redis = RedisServer(program)
    ports = [free_port() for _ in range(PROCESSES)]
    async with AsyncExitStack() as stack:
        database = stack.enter_context(site_on(stack.enter_context(running_postgres()), "fleet"))
        redis.start()
        stack.callback(redis.end)
        log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "access.log"
        before = nginx_before(*(f"http://127.0.0.1:{port}" for port in ports), log=log)
        url = stack.enter_context(before)
        upstream = await stack.enter_async_context(Upstream())
        settings = {name: database[name] for name in _SETTINGS} | {
            "REDIS_URL": redis.url,
            "SITE_URL": url,
            "TRUSTED_PROXIES": "1",
        }
        sites = [Site(upstream.address, settings=settings, port=port) for port in ports]
        running = Fleet(sites, upstream, database["DATABASE_URL"])
        for site in sites:
            stack.push_async_exit(site)
        await asyncio.gather(*(running.start(site) for site in sites))
        names = [f"person{number}" for number in range(-(-streams // STREAMS_A_PERSON))]
        await sites[0].furnish(names, "good")
        people = [await stack.enter_async_context(Account(url, name)) for name in names]
        running.accounts = [people[number % len(people)] for number in range(streams)]
        yield running
