"""The export and the deletion of an account with many conversations, beside others who wait.

    python -m tests.bench.own_data --conversations 10000

While the archive is sent, and while the account is erased, ``/healthz`` is asked every 20 ms: the
same requests before are the yardstick. The archive must be whole, memory must not grow with it, and
afterwards no text of the account may be in the files of the database.
"""

import argparse
import asyncio
import io
import re
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from tests.bench.process import memory
from tests.bench.site import PASSWORD, Site, sign_in
from tests.bench.table import milliseconds, percentile

CANARY = "zq-of-alice"
MOST_MEMORY_MB = 50
# The loop gives way to threads that make pieces of the archive; a page may wait this much longer.
MOST_MORE_SECONDS = 0.100
_FILL = """
from uuid import uuid4
from conversations.models import Conversation, Generation, Message, User
alice = User.objects.get(username="alice")
text = "{canary}: the tides follow the moon, and the sun a little. " * 20
for start in range(0, {count}, 500):
    numbers = range(start, min(start + 500, {count}))
    talks = [Conversation(user=alice, title=f"Talk {{n}}") for n in numbers]
    Conversation.objects.bulk_create(talks)
    messages, runs = [], []
    for talk in talks:
        for number in range(10):
            run = None
            if number % 2:
                run = Generation(user=alice, conversation=talk, client_request_id=uuid4())
                run.status = "completed"
                runs.append(run)
            talk.head = Message(conversation=talk, parent=talk.head, content=text, generation=run,
                role="assistant" if run else "user")
            messages.append(talk.head)
    Generation.objects.bulk_create(runs, batch_size=500)
    Message.objects.bulk_create(messages, batch_size=500)
    Conversation.objects.bulk_update(talks, ["head"], batch_size=400)
"""


class Watch:
    """The delay of a page that needs nothing, and the most memory of the site."""

    def __init__(self, site: Site, http: aiohttp.ClientSession) -> None:
        self._site, self._http = site, http
        self.waits: list[float] = []
        self.memory = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask while the block runs."""
        self.waits, self.memory = [], 0.0
        task = asyncio.create_task(self._ask())
        try:
            yield
        finally:
            task.cancel()

    async def _ask(self) -> None:
        while True:
            started = time.perf_counter()
            async with self._http.get(f"{self._site.url}/healthz") as answer:
                await answer.read()
            self.waits.append(time.perf_counter() - started)
            self.memory = max(self.memory, memory(self._site.pid))
            await asyncio.sleep(0.02)

    def told(self) -> str:
        """The waits and the memory, for a line."""
        half, worst = percentile(self.waits, 50), percentile(self.waits, 99)
        return f"healthz p50 {milliseconds(half)} p99 {milliseconds(worst)}, {self.memory:.0f} MB"


async def send_form(site: Site, http: aiohttp.ClientSession, path: str, **fields: str) -> bytes:
    """Send the form of a page; what answers it."""
    page = await _text(http, f"{site.url}{path}")
    form = {"csrfmiddlewaretoken": _value(page, "csrfmiddlewaretoken"), **fields}
    async with http.post(f"{site.url}{path}", data=form, headers=_headers(site)) as answer:
        return await answer.read()


async def enter_password(site: Site, http: aiohttp.ClientSession) -> None:
    """Enter the password for the page of the export, which asks for it."""
    page = await _text(http, f"{site.url}/account/export/")
    form = {name: _value(page, name) for name in ("csrfmiddlewaretoken", "next")}
    form["password"] = PASSWORD
    address = f"{site.url}/accounts/reauthenticate/"
    async with http.post(address, data=form, headers=_headers(site)) as answer:
        assert answer.status == 200


def _headers(site: Site) -> dict[str, str]:
    return {"Referer": site.url, "Origin": site.url}


async def _text(http: aiohttp.ClientSession, address: str) -> str:
    async with http.get(address) as page:
        return await page.text()


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"The page has no field {name}."
    return found[1].replace("&amp;", "&")


async def export(site: Site, http: aiohttp.ClientSession, count: int) -> int:
    """Take everything; the size of the archive, which must be whole."""
    content = await send_form(site, http, "/account/export/")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sum(name.endswith(".md") for name in archive.namelist()) == count
    return len(content)


async def measure(count: int) -> bool:
    """Print the figures; whether they are as good as they have to be."""
    timeout = aiohttp.ClientTimeout(total=None)
    jar = aiohttp.CookieJar(unsafe=True)
    async with Site() as site, aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as http:
        await site.run("shell", "-c", _MAKE_ALICE)
        await site.run("shell", "-c", _FILL.format(canary=CANARY, count=count))
        await sign_in(site.url, "alice", http)
        await enter_password(site, http)
        watch = Watch(site, http)
        async with watch.running():
            await asyncio.sleep(5)
        before, memory = percentile(watch.waits, 99), watch.memory
        print(f"quiet: {watch.told()}")  # noqa: T201
        started = time.perf_counter()
        async with watch.running():
            size = await export(site, http, count)
        seconds = time.perf_counter() - started
        print(f"export: {size / 1e6:.1f} MB in {seconds:.1f} s, {watch.told()}")  # noqa: T201
        fits = watch.memory - memory <= MOST_MEMORY_MB
        fits &= percentile(watch.waits, 99) - before <= MOST_MORE_SECONDS
        started = time.perf_counter()
        async with watch.running():
            # The password was entered less than five minutes ago, unless the export took longer.
            page = await send_form(site, http, "/account/delete/", username="alice")
            assert b"Your account is deleted" in page
        print(f"deletion: answered after {time.perf_counter() - started:.1f} s, {watch.told()}")  # noqa: T201
        fits &= percentile(watch.waits, 99) - before <= MOST_MORE_SECONDS
        started = time.perf_counter()
        async with watch.running():
            await site.run("purge")
        print(f"the rest: {time.perf_counter() - started:.1f} s, {watch.told()}")  # noqa: T201
        fits &= percentile(watch.waits, 99) - before <= MOST_MORE_SECONDS
        files = list(site.place.glob("parley.sqlite3*"))
        hits = sum(each.read_bytes().count(CANARY.encode()) for each in files)
        print(f"texts of the account in {len(files)} files: {hits}")  # noqa: T201
    return fits and not hits


_MAKE_ALICE = f"""
from conversations.models import User
User.objects.create_user("alice", "alice@example.org", {PASSWORD!r})
"""


def main() -> int:
    """Measure, and fail where the figures are not good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    return 0 if asyncio.run(measure(parser.parse_args().conversations)) else 1


if __name__ == "__main__":
    sys.exit(main())
