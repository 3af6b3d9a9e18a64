"""Has all open pages of this process looked after, every few seconds and together."""

import asyncio
import contextvars
from weakref import WeakKeyDictionary

from django.utils import timezone

from conversations.database.threads import in_thread_with_retries
from conversations.generation.loops import run_for_ever
from conversations.socket.looking import look
from conversations.socket.page import OVERLAP, Page

# A lost notification, or a permission that was taken away, is noticed after this time at most.
RECHECK_SECONDS = 3


class Rechecks:
    """Looks for all open pages at once: of a thousand that nobody uses none costs a query."""

    def __init__(self) -> None:
        self._pages: set[Page] = set()
        self._looked_at = timezone.now()
        self._looking: asyncio.Task[None] | None = None

    def watch(self, page: Page) -> None:
        """Look for this page as well, until it is forgotten."""
        self._pages.add(page)
        if self._looking is None:
            # An empty context: that of a page would tie the task to it.
            self._looking = asyncio.get_running_loop().create_task(
                run_for_ever(self._look_again_and_again), context=contextvars.Context()
            )

    def forget(self, page: Page) -> None:
        """Look for this page no more."""
        self._pages.discard(page)

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            if self._pages:
                await self._look(list(self._pages))

    async def _look(self, pages: list[Page]) -> None:
        since, self._looked_at = self._looked_at - OVERLAP, timezone.now()
        visitors = {page.visitor for page in pages}
        seen = await in_thread_with_retries(look, visitors, since)
        for page in pages:
            page.heed(seen)


_rechecks: WeakKeyDictionary[asyncio.AbstractEventLoop, Rechecks] = WeakKeyDictionary()


def rechecks() -> Rechecks:
    """The rechecks of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _rechecks:
        _rechecks[loop] = Rechecks()
    return _rechecks[loop]
