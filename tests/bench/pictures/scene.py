"""A site with one user and some conversations, and an upstream whose answers can be released."""

from contextlib import AsyncExitStack
from typing import Self

import aiohttp
from playwright.async_api import Locator, Page, expect

from tests.bench.browser import Account, Tab
from tests.bench.site import Site
from tests.bench.upstream import Upstream
from tests.upstreams.demo import GATE

MODEL = "demo"
# Conversations of the sidebar, the newest last, with their age in days.
CONVERSATIONS = (
    ("A reading list about the deep sea", 5),
    ("Rename photos by the date they were taken", 4),
    ("Split a restaurant bill fairly", 3),
    ("Explain this stack trace", 1),
    ("A vegetable curry for six", 1),
    ("Prepare for a talk in Portuguese", 0),
)
_AGE = """
from datetime import timedelta
from django.utils import timezone
from conversations.models import Conversation, LanguageModel
for title, days in {conversations!r}:
    at = timezone.now() - timedelta(days=days)
    Conversation.objects.filter(title=title).update(updated_at=at)
LanguageModel.objects.exclude(name={model!r}).update(enabled=False)
"""


class Scene:
    """The running site and its upstream."""

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self._upstream = await self._stack.enter_async_context(Upstream())
        self.site = await self._stack.enter_async_context(Site(self._upstream.address))
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession())
        await self.site.furnish(["alice"], MODEL)
        await self._fill_the_sidebar()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def _fill_the_sidebar(self) -> None:
        async with Account(self.site.url, "alice") as alice, Tab(alice, "sidebar") as tab:
            for title, _ in CONVERSATIONS:
                started = await tab.send(title, MODEL)
                await tab.finished(started["generation_id"])
        code = _AGE.format(conversations=CONVERSATIONS, model=MODEL)
        await self.site.run("shell", "-c", code)

    async def release(self, pieces: int) -> None:
        """Let the upstream send more pieces of a written answer."""
        address = f"{self._upstream.address.removesuffix('/v1')}/gate/{GATE}?{pieces}"
        await self._http.post(address)


async def ask(page: Page, question: str) -> None:
    """Send a message and wait until its answer has begun."""
    await page.get_by_role("textbox", name="Message").fill(question)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(messages(page)).to_have_count(2)


async def has_ended(page: Page) -> None:
    """Wait until every answer is complete."""
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)


async def settled(page: Page) -> None:
    """Wait until fonts are there and nothing has the focus."""
    await expect(messages(page).last).to_be_visible()
    await page.evaluate("document.fonts.ready")
    await page.evaluate("document.activeElement.blur()")
    # The ring of the focus fades; a picture is not a test, so it may wait by the clock.
    await page.wait_for_timeout(500)


def messages(page: Page) -> Locator:
    """The messages on the page, in order."""
    return page.get_by_role("log", name="Conversation").get_by_role("article")
