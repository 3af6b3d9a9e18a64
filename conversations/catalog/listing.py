"""Fetches the models that a provider's server lists."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from conversations.catalog import providers
from conversations.catalog.connections import open_upstream
from conversations.database.threads import in_thread
from conversations.models import Provider
from conversations.upstream import AddressPolicy, UpstreamError

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 5
MAX_DELAY_SECONDS = 300
# An administrator waits for the page that fetches the list.
MOST_SECONDS = 15


@dataclass(frozen=True)
class Listing:
    """The result of a fetch: the names or the error, and the time that it took.

    Those ``not_for_chat`` are for embeddings, pictures or the like, and are added only if an
    administrator says so.
    """

    milliseconds: int
    names: list[str] = field(default_factory=list)
    not_for_chat: frozenset[str] = frozenset()
    error: UpstreamError | None = None

    @property
    def for_chat(self) -> list[str]:
        """The names of the models that are for chat."""
        return [name for name in self.names if name not in self.not_for_chat]


def fetch(provider: Provider) -> Listing:
    """Fetch the models of the provider's server, once, for at most fifteen seconds.

    For synchronous code: it runs an event loop of its own in this thread, and blocks no other.
    """
    return asyncio.run(_fetch(provider, providers.address_policy()))


async def _fetch(provider: Provider, policy: AddressPolicy) -> Listing:
    started = time.monotonic()

    def elapsed() -> int:
        return round((time.monotonic() - started) * 1000)

    try:
        async with open_upstream(provider, policy, most_seconds=MOST_SECONDS) as upstream:
            listed = await upstream.models()
            return Listing(elapsed(), listed.names, listed.not_for_chat)
    except UpstreamError as error:
        return Listing(elapsed(), error=error)


async def add_listed_models(provider: Provider) -> None:
    """Fetch the models of the provider until it responds, and add the new ones for chat.

    Runs in the background of the site. An error that is not retryable is logged and ends it.
    """
    delay = FIRST_DELAY_SECONDS
    while True:
        listing = await _fetch(provider, await in_thread(providers.address_policy))
        if listing.error is None:
            added = await in_thread(providers.sync_models, provider, listing.for_chat)
            counts = len(listing.names), len(listing.not_for_chat), len(added)
            text = "%s lists %d models, %d of them not for chat; %d are new."
            logger.info(text, provider.name, *counts)
            return
        logger.warning("%s does not list its models: %s", provider.name, listing.error)
        if not listing.error.retryable:
            return
        await asyncio.sleep(delay)
        delay = min(delay * 2, MAX_DELAY_SECONDS)
