"""The models that a provider's server lists."""

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
# Somebody waits for the page that asks.
MOST_SECONDS = 15


@dataclass(frozen=True)
class Listing:
    """What asking a server for its models came to, and how long it took."""

    milliseconds: int
    names: list[str] = field(default_factory=list)
    error: UpstreamError | None = None


def fetch(provider: Provider) -> Listing:
    """Ask the provider's server for its models, once, for at most fifteen seconds.

    For synchronous code: the call has an event loop of its own in this thread, so that nothing
    else waits for it.
    """
    return asyncio.run(_fetch(provider, providers.address_policy()))


async def _fetch(provider: Provider, policy: AddressPolicy) -> Listing:
    started = time.monotonic()

    def elapsed() -> int:
        return round((time.monotonic() - started) * 1000)

    try:
        async with open_upstream(provider, policy, most_seconds=MOST_SECONDS) as upstream:
            names = await upstream.models()
            return Listing(elapsed(), names)
    except UpstreamError as error:
        return Listing(elapsed(), error=error)


async def add_listed_models(provider: Provider) -> None:
    """Ask the provider for its models until it answers, and add those that are new.

    The site serves meanwhile; a refusal that asking again cannot change is logged and ends it.
    """
    delay = FIRST_DELAY_SECONDS
    while True:
        listing = await _fetch(provider, await in_thread(providers.address_policy))
        if listing.error is None:
            added = await in_thread(providers.sync_models, provider, listing.names)
            counts = len(listing.names), len(added)
            logger.info("%s lists %d models, %d new.", provider.name, *counts)
            return
        logger.warning("%s does not list its models: %s", provider.name, listing.error)
        if not listing.error.retryable:
            return
        await asyncio.sleep(delay)
        delay = min(delay * 2, MAX_DELAY_SECONDS)
