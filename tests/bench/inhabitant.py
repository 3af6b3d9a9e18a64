"""A person of a site with several processes, and their programs: does one thing after another."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Self
from uuid import uuid4

import aiohttp
from yarl import URL

from tests.bench.browser import Account, Frame, Tab
from tests.bench.site import Site, sign_in

# Three seconds; some are stopped before.
ANSWER = "tokens=60 rate=20"
TURNS = 6
STOPPED = 0.25
LEFT = 0.3


class Inhabitant:
    """One person, who is signed in to each process of ``sites``; ``done`` counts what they did."""

    def __init__(
        self, name: str, key: str, sites: Sequence[Site], model: str, done: Counter[str]
    ) -> None:
        self.name = name
        self._sites = [site.url for site in sites]
        self._model = model
        self._key = key
        self._done = done
        self._random = random.Random(name)
        self._accounts: list[Account] = []
        self._talk: Frame | None = None
        self._turns = 0

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self._accounts = [
            await self._stack.enter_async_context(Account(site, self.name)) for site in self._sites
        ]
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def live(self, until: float) -> None:
        """Do things until that moment, each visit in a process by chance."""
        while time.monotonic() < until:
            account = self._random.choice(self._accounts)
            async with Tab(account, self.name) as tab:
                await self._count("visit", self._visit(tab, until))

    async def _visit(self, tab: Tab, until: float) -> None:
        await tab.load(self._talk["id"] if self._talk else None)
        for _ in range(self._random.randint(1, 3)):
            if time.monotonic() >= until:
                return
            await self._count("turn", self._turn(tab))
        for name, chance, do in (
            ("share", 0.2, self._share), ("program", 0.5, self._ask), ("sign-in", 0.1, self._enter)
        ):  # fmt: skip
            if self._random.random() < chance:
                await self._count(name, do())

    async def _count(self, name: str, work: Any) -> None:
        try:
            await work
            self._done[name] += 1
        except (TimeoutError, aiohttp.ClientError, AssertionError) as error:
            self._done[f"{name} failed: {type(error).__name__} {error}"[:120]] += 1

    async def _turn(self, tab: Tab) -> None:
        fields: Frame = {}
        if self._talk and self._turns < TURNS:
            fields = {"conversation_id": self._talk["id"], "parent_id": self._talk["head_id"]}
        started = await tab.send(ANSWER, self._model, **fields)
        self._turns = self._turns + 1 if fields else 1
        self._talk = started["conversation"]
        name = started["generation_id"]
        if self._random.random() < STOPPED:
            await asyncio.sleep(self._random.random() * 2)
            await tab.stop(name)
            self._done["stop"] += 1
        await tab.finished(name)

    async def _share(self) -> None:
        """Make a link, look at its page as a stranger in each process, and take it back."""
        if self._talk is None:
            return
        account = self._random.choice(self._accounts)
        terms = {"audience": "public"}
        new = {"selection": {"leaf_id": self._talk["head_id"]}, "terms": terms}
        made = await _post(account, f"/c/{self._talk['id']}/share/", new)
        for site in self._sites:
            path = URL(made["link"]["url"]).path
            async with self._http.get(site + path) as page:
                assert page.status == 200, f"{path}: {page.status}"
                await page.read()
        await _post(account, f"/share/{made['link']['id']}/revoke/", {})

    async def _ask(self) -> None:
        """A program's request: streamed or whole, left half-way, or made twice."""
        headers = {"Authorization": f"Bearer {self._key}"}
        streamed = self._random.random() < 0.7
        said = [{"role": "user", "content": ANSWER}]
        body = {"model": self._model, "stream": streamed, "messages": said}
        if self._random.random() < 0.5:
            headers["Idempotency-Key"] = str(uuid4())
            replies = await asyncio.gather(*(self._reply(s, body, headers) for s in self._sites))
            assert len(set(replies)) == 1, "two replies"
        elif self._random.random() < LEFT:
            address = f"{self._random.choice(self._sites)}/v1/chat/completions"
            async with self._http.post(address, json=body, headers=headers) as answer:
                await answer.content.readany()
        else:
            await self._reply(self._random.choice(self._sites), body, headers)

    async def _reply(self, site: str, body: Frame, headers: dict[str, str]) -> bytes:
        address = f"{site}/v1/chat/completions"
        async with self._http.post(address, json=body, headers=headers) as answer:
            assert answer.status == 200, f"{answer.status} {await answer.text()}"
            return await answer.read()

    async def _enter(self) -> None:
        """Sign in with another browser, and out again."""
        site = self._random.choice(self._sites)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            await sign_in(site, self.name, http)
            async with http.get(f"{site}/") as page:
                assert page.status == 200, page.status
            headers = _headers(site, http)
            async with http.post(f"{site}/accounts/logout/", headers=headers) as answer:
                assert answer.status == 200, answer.status


async def _post(account: Account, path: str, body: Frame) -> Frame:
    address = account.site_url + path
    headers = _headers(account.site_url, account.http)
    async with account.http.post(address, json=body, headers=headers) as answer:
        assert answer.status in (200, 201), f"{path}: {answer.status} {await answer.text()}"
        made: Frame = await answer.json()
        return made


def _headers(site: str, http: aiohttp.ClientSession) -> dict[str, str]:
    """The headers of the page's own requests, by which the site knows them from those of others."""
    cookies = http.cookie_jar.filter_cookies(URL(site))
    token = next(each.value for name, each in cookies.items() if "csrf" in name)
    return {"X-CSRFToken": token, "Origin": site, "Referer": site}
