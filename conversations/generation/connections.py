"""The one place that attaches an upstream key: a client for each provider, kept and shared."""

from datetime import datetime

from conversations.models import Provider
from conversations.upstream import DIALECTS, Upstream


class Connections:
    """Clients by provider. A provider that was edited gets a new one; the old one ends its work."""

    def __init__(self) -> None:
        self._clients: dict[int, tuple[datetime, Upstream]] = {}

    def upstream_for(self, provider: Provider) -> Upstream:
        """The client that talks to the provider with its key."""
        known = self._clients.get(provider.pk)
        if known and known[0] == provider.updated_at:
            return known[1]
        dialect = DIALECTS[provider.dialect]
        client = Upstream(provider.base_url, provider.api_key or None, dialect=dialect)
        self._clients[provider.pk] = (provider.updated_at, client)
        return client

    async def aclose(self) -> None:
        """Close every connection."""
        for _, client in self._clients.values():
            await client.aclose()
