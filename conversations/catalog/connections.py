"""Shared clients of the providers: the only code that uses upstream keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from chatsite import metrics
from conversations.catalog.line import Arrival, Line, WaitedTooLong
from conversations.catalog.providers import address_policy, headers_in
from conversations.database.threads import in_thread
from conversations.models import Provider
from conversations.upstream import (
    DIALECTS,
    AddressPolicy,
    AddressRefused,
    Busy,
    Clocks,
    KeyUnreadable,
    Upstream,
)


def open_upstream(
    provider: Provider, policy: AddressPolicy, *, most_seconds: float | None = None
) -> Upstream:
    """Create a client of the provider's server, with its key, its headers and its clocks.

    ``most_seconds`` bounds the total time of a call further. Raises AddressRefused for an invalid
    address or header, KeyUnreadable if the key or the headers cannot be decrypted: without them
    the server would be asked as somebody else.
    """
    if provider.unreadable_secrets():
        raise KeyUnreadable("The key was encrypted under another ENCRYPTION_KEY.")
    try:
        return Upstream(
            provider.base_url,
            provider.api_key or None,
            dialect=DIALECTS[provider.dialect],
            clocks=_clocks(provider, most_seconds),
            headers=headers_in(provider.extra_headers),
            policy=policy,
        )
    except ValueError as error:
        raise AddressRefused(str(error)) from None


def _clocks(provider: Provider, most_seconds: float | None) -> Clocks:
    total = provider.total_seconds
    return Clocks(
        connect=provider.connect_seconds,
        first_word=provider.first_word_seconds,
        silent=provider.silent_seconds,
        total=total if most_seconds is None else min(total, most_seconds),
    )


def _as_stored(provider: Provider) -> tuple[Provider, AddressPolicy]:
    stored = Provider.objects.filter(pk=provider.pk).first()
    return stored or provider, address_policy()


@dataclass(eq=False)
class _Client:
    """A client, the settings that it was created with, and the number of its running answers."""

    upstream: Upstream
    settings: tuple[datetime, AddressPolicy]
    answers: int = 0


class Connections:
    """Clients by provider. An edited provider gets a new one; the old one finishes its answers."""

    def __init__(self) -> None:
        self._clients: dict[int, _Client] = {}
        self._outdated: list[_Client] = []
        self._lines: dict[int, Line] = {}
        # The providers' names, for operators.
        self._names: dict[int, str] = {}
        metrics.WAITING.read_from(lambda: self._by_name(lambda line: line.waiting))
        metrics.USED_PLACES.read_from(lambda: self._by_name(lambda line: line.running))
        metrics.PLACES.read_from(lambda: self._by_name(lambda line: line.most))

    @asynccontextmanager
    async def place(
        self, provider: Provider, policy: AddressPolicy, arrival: Arrival
    ) -> AsyncIterator[Upstream]:
        """Wait for a place among the provider's answers, and yield its client.

        Raises :class:`~conversations.upstream.Busy` after the longest wait of the arrival. A run
        that is stopped while it waits continues without a place: a stopped call sends nothing.
        """
        self._names[provider.pk] = provider.name
        line = self._lines.setdefault(provider.pk, Line())
        line.most = provider.max_concurrent
        has_to_wait = not line.has_room
        try:
            has_place = await line.enter(arrival)
        except WaitedTooLong as waited:
            text = "All places of this provider are taken."
            raise Busy(text, retry_after=waited.retry_after) from None
        try:
            if has_to_wait:
                # It may have been edited in these minutes: another key, another limit.
                provider, policy = await in_thread(_as_stored, provider)
                line.most = provider.max_concurrent
            async with self._used(self._client(provider, policy)) as upstream:
                yield upstream
        finally:
            if has_place:
                line.leave()

    def _by_name(self, number: Callable[[Line], int | None]) -> dict[str, float]:
        numbers = {self._names[pk]: number(line) for pk, line in list(self._lines.items())}
        return {name: each for name, each in numbers.items() if each is not None}

    def _client(self, provider: Provider, policy: AddressPolicy) -> _Client:
        settings = (provider.updated_at, policy)
        known = self._clients.get(provider.pk)
        if known and known.settings == settings:
            return known
        self._clients[provider.pk] = _Client(open_upstream(provider, policy), settings)
        if known:
            self._outdated.append(known)
        return self._clients[provider.pk]

    @asynccontextmanager
    async def _used(self, client: _Client) -> AsyncIterator[Upstream]:
        client.answers += 1
        try:
            await self._close_outdated()
            yield client.upstream
        finally:
            client.answers -= 1
            await self._close_outdated()

    async def _close_outdated(self) -> None:
        idle = [client for client in self._outdated if not client.answers]
        self._outdated = [client for client in self._outdated if client.answers]
        for client in idle:
            await client.upstream.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        for client in [*self._clients.values(), *self._outdated]:
            await client.upstream.aclose()
