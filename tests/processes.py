"""Two processes of one site, with a tab in each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from tests.bench.browser import Account, Frame, Tab
from tests.bench.site import Site
from tests.bench.upstream import Upstream

# The promise to those who read an answer of a process that died.
END_SECONDS = 5
ASKED = "tokens=400 rate=50"


class Processes:
    """Two processes of one site, each with a tab of the same user, and an answer in each."""

    def __init__(self, upstream: Upstream, sites: list[Site], tabs: list[Tab]) -> None:
        self.upstream = upstream
        self.sites = sites
        self.tabs = tabs
        self.answers: list[Frame] = []

    async def ask(self, model: str) -> None:
        """Begin an answer in each process, and wait until its tab shows some of it."""
        for tab in self.tabs:
            started = await tab.send(ASKED, model)
            self.answers.append(started)
            await tab.until(lambda t=tab, s=started: t.text.get(s["generation_id"], "") != "")


@asynccontextmanager
async def processes(database: Mapping[str, str], **more: str) -> AsyncIterator[Processes]:
    """Two processes on one PostgreSQL database, and an answer that begins in each of them.

    ``more`` are further settings.
    """
    settings = {name: database[name] for name in ("DATABASE_URL", "DATA_DIR")} | more
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        sites = [Site(upstream.address, settings=settings) for _ in range(2)]
        for site in sites:
            await stack.enter_async_context(site)
        model = await sites[0].furnish(["alice"], "good")
        tabs = []
        for site in sites:
            account = await stack.enter_async_context(Account(site.url, "alice"))
            tabs.append(await stack.enter_async_context(Tab(account, site.url)))
        running = Processes(upstream, sites, tabs)
        await running.ask(model)
        yield running
        for site in sites:
            assert site.tracebacks() == []
