"""The bundled model of a site that several processes serve."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from conversations.bundled_model.supervisor import weights
from tests.bench.site import Site

READY = "The bundled model is ready"
START_SECONDS = 60

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(weights() is None, reason="The bundled model is not installed."),
]


async def until_ready(site: Site, times: int = 1) -> None:
    async with asyncio.timeout(START_SECONDS):
        while site.log.read_text().count(READY) < times:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)


def test_one_process_runs_it_and_another_one_when_that_has_ended(
    postgres_site: dict[str, str],
) -> None:
    settings = {name: postgres_site[name] for name in ("DATABASE_URL", "DATA_DIR")}

    async def work() -> None:
        async with AsyncExitStack() as stack:
            first, second = (Site(local_model="on", settings=settings) for _ in range(2))
            await stack.enter_async_context(first)
            await until_ready(first)
            await stack.enter_async_context(second)
            assert READY not in second.log.read_text()
            await first.kill()
            await until_ready(second)
            await first.start()
            await second.end()
            await until_ready(first, times=2)
            assert first.tracebacks() + second.tracebacks() == []

    asyncio.run(work())
