"""The models of the configured upstream, read when the site starts."""

import asyncio
import logging

from conversations import providers
from conversations.models import Provider
from conversations.threads import in_thread
from conversations.upstream import DIALECTS, Upstream, UpstreamError

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 5
MAX_DELAY_SECONDS = 300


async def add_listed_models(provider: Provider) -> None:
    """Ask the provider for its models until it answers, and add those that are new.

    The site serves meanwhile; a refusal that asking again cannot change is logged and ends it.
    """
    delay = FIRST_DELAY_SECONDS
    while True:
        try:
            names = await listed_models(provider)
        except UpstreamError as error:
            logger.warning("%s does not list its models: %s", provider.base_url, error)
            if not error.retryable:
                return
        else:
            added = await in_thread(providers.sync_models, provider, names)
            logger.info("%s lists %d models, %d new.", provider.base_url, len(names), len(added))
            return
        await asyncio.sleep(delay)
        delay = min(delay * 2, MAX_DELAY_SECONDS)


async def listed_models(provider: Provider) -> list[str]:
    """The names under which the provider's server lists its models. Raises UpstreamError."""
    dialect = DIALECTS[provider.dialect]
    async with Upstream(provider.base_url, provider.api_key or None, dialect=dialect) as upstream:
        return await upstream.models()
