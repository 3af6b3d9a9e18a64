"""Flows that limits count: what Alice does on a page and with an API key of hers.

Each flow ends when all its answers have ended. A test plays one on the live site and compares the
figures afterwards:

    play(live_site, alice, FLOWS["page-in-turn"])
    assert_figures_agree(alice, over=1)

Models of the names in MODELS must exist, on a scripted upstream.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx
from django.db.models import F, Sum
from django.test import Client

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import Counter, LedgerEntry, User
from conversations.quotas.reservation import standings
from tests.bench.browser import Account, Refused, Tab
from tests.live import LiveSite
from tests.quotas.books import assert_books_balance

SECONDS = 60
# The server that ignores `max_tokens`, and what it writes.
WRITTEN = "tokens=4000"
_SHOWN = re.compile(r"<dt>Used</dt><dd>([\d,.]+)</dd>")


@dataclass(frozen=True)
class Visitor:
    """Alice, with an open page and an API key."""

    tab: Tab
    api: httpx.AsyncClient

    async def sends(self, words: str, model: str, **fields: Any) -> list[str]:
        """Send a message and wait for its answers; return how they ended, [] if refused."""
        try:
            started = await self.tab.send(words, model, **fields)
        except Refused:
            return []
        ids = started["generation_ids"]
        return [await self.tab.finished(each, SECONDS) for each in ids]

    async def asks(self, words: str, model: str, **fields: Any) -> httpx.Response:
        """Ask through the API and read the whole reply."""
        messages = [{"role": "user", "content": words}]
        body = {"model": model, "messages": messages, **fields}
        return await self.api.post("/chat/completions", json=body)


Flow = Callable[[Visitor], Awaitable[object]]


def play(site: LiveSite, alice: User, flow: Flow, **choices: Any) -> None:
    """Play a flow to its end; ``choices`` are those of the API key."""
    _key, secret = api_keys.create(alice, KeyChoices("flows", **choices))
    headers = {"Authorization": f"Bearer {secret}"}

    async def whole() -> None:
        async with (
            Account(site.url, alice.username) as account,
            Tab(account, "flow") as tab,
            httpx.AsyncClient(
                base_url=f"{site}/v1", headers=headers, timeout=SECONDS, verify=False
            ) as api,
        ):
            await flow(Visitor(tab, api))

    asyncio.run(whole())


async def _page_in_turn(alice: Visitor, model: str = "good", times: int = 30) -> None:
    for _ in range(times):
        await alice.sends(WRITTEN, model, parameters={"max_tokens": 1})


async def _page_at_once(alice: Visitor, model: str = "good", times: int = 20) -> None:
    sends = (alice.sends(WRITTEN, model, parameters={"max_tokens": 1}) for _ in range(times))
    await asyncio.gather(*sends)


async def _api_in_turn(alice: Visitor) -> None:
    for number in range(30):
        await alice.asks(WRITTEN, "good", max_tokens=1, stream=bool(number % 2))


async def _api_at_once(alice: Visitor) -> None:
    asks = (alice.asks(WRITTEN, "good", max_tokens=1, stream=bool(n % 2)) for n in range(20))
    await asyncio.gather(*asks)


async def _both_at_once(alice: Visitor) -> None:
    await asyncio.gather(_page_at_once(alice, times=8), _api_at_once(alice))


async def _counted_at_once(alice: Visitor) -> None:
    # The provider's count is in every chunk.
    await _page_at_once(alice, "siliconflow")


async def _uncounted_in_turn(alice: Visitor) -> None:
    await _page_in_turn(alice, "no-usage", 4)


async def _bursts(alice: Visitor) -> None:
    await asyncio.gather(_page_at_once(alice, "burst", 4), alice.asks(WRITTEN, "burst"))


async def _open_length(alice: Visitor) -> None:
    for _ in range(3):
        await alice.sends("tokens=2500", "good")
        await alice.asks("tokens=2500", "good")


async def _several_answers(alice: Visitor) -> None:
    for _ in range(3):
        await alice.sends("tokens=900", "choices", parameters={"n": 3, "max_tokens": 5})
        await alice.asks("tokens=900", "choices", n=2)


async def _compared(alice: Visitor) -> None:
    for _ in range(3):
        await alice.sends("tokens=900", "good", compared=["siliconflow", "no-usage"])


async def _stopped(alice: Visitor) -> None:
    for _ in range(3):
        started = await alice.tab.send("tokens=4000 rate=2000", "good")
        generation_id = started["generation_id"]
        await alice.tab.until(lambda: len(alice.tab.text.get(generation_id, "")) > 2_000)  # noqa: B023
        await alice.tab.stop(generation_id)
        await alice.tab.finished(generation_id)


async def _failed(alice: Visitor) -> None:
    for model in ("cut", "error-mid-stream", "500"):
        await alice.sends("tokens=50 at=20", model)
        await alice.asks("tokens=50 at=20", model, stream=True)


FLOWS: dict[str, Callable[[Visitor], Coroutine[Any, Any, None]]] = {
    "page-in-turn": _page_in_turn,
    "page-at-once": _page_at_once,
    "api-in-turn": _api_in_turn,
    "api-at-once": _api_at_once,
    "both-at-once": _both_at_once,
    "counted-at-once": _counted_at_once,
    "uncounted-in-turn": _uncounted_in_turn,
    "bursts": _bursts,
    "open-length": _open_length,
    "several-answers": _several_answers,
    "compared": _compared,
    "stopped": _stopped,
    "failed": _failed,
}
MODELS = (
    "good", "siliconflow", "no-usage", "burst", "choices", "cut", "error-mid-stream", "500",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The tokens that Alice has used, as three places say it."""

    ledger: int
    counter: int
    shown: int


def figures_of(alice: User) -> Figures:
    """The tokens of the ledger, of the counter and of the account page, for one limit of all."""
    tokens = Sum(F("prompt_tokens") + F("completion_tokens"))
    ledger = LedgerEntry.objects.filter(user=alice).aggregate(tokens=tokens)["tokens"] or 0
    (counter,) = [each for each in standings(alice, None) if each.rule.measure == "tokens"]
    client = Client()
    client.force_login(alice)
    found = _SHOWN.findall(client.get("/account/").content.decode())
    return Figures(ledger, counter.used, int(found[0].replace(",", "")))


def assert_figures_agree(alice: User, over: int = 0) -> Figures:
    """The ledger, the counters and the account page say the same, nothing is held, and the limit
    is passed by ``over`` at most."""
    figures = figures_of(alice)
    assert figures.ledger == figures.counter == figures.shown
    assert {counter.held for counter in Counter.objects.filter(user=alice)} <= {0}
    assert_books_balance(over)
    return figures
