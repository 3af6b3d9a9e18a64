"""Makes links, updates them, and reads their pages as somebody who is not signed in."""

import html
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp

from tests.bench.browser import Account, Frame
from tests.bench.chaos.history import History, SharedPage

_BEGIN, _END = '<main class="shared">', '<footer class="shared-footer">'


class Sharer:
    """The links of one user."""

    def __init__(self, account: Account, history: History, addresses: Sequence[str]) -> None:
        self._account = account
        self._history = history
        self._addresses = list(addresses)
        self._reader = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._links: list[Frame] = []

    async def close(self) -> None:
        """Close the reader's connections."""
        await self._reader.close()

    def move(self) -> None:
        """Turn to another process."""
        self._addresses.append(self._addresses.pop(0))
        self._account.site_url = self._addresses[0]

    async def share(self, state: Frame) -> str:
        """Share the conversation of a state."""
        if not state["messages"]:
            return "nothing to share"
        body = {"selection": _all_of(state), "terms": {"audience": "public"}}
        answer = await self._post(f"/c/{state['conversation']['id']}/share/", body)
        if "link" not in answer:
            return f"refused, {answer['error']['code']}"
        self._links.append(answer["link"])
        self._history.versions[UUID(answer["link"]["id"])] = 1
        return str(answer["link"]["id"])

    async def update(self, choice: int, state_of: Callable[[str], Awaitable[Frame]]) -> str:
        """Let a link show its conversation as it is now."""
        if not self._links:
            return "no link"
        link = self._links[choice % len(self._links)]
        state = await state_of(link["conversation_id"])
        self._history.versions[UUID(link["id"])] += 1
        answer = await self._post(f"/share/{link['id']}/snapshot/", {"selection": _all_of(state)})
        return str(link["id"]) if "link" in answer else f"refused, {answer['error']['code']}"

    async def read(self, choice: int) -> str:
        """Open the page of a link."""
        if not self._links:
            return "no link"
        link = self._links[choice % len(self._links)]
        address = self._addresses[0] + urlsplit(link["url"]).path
        async with self._reader.get(address, raise_for_status=True) as answer:
            text = await answer.text()
        shown = text.partition(_BEGIN)[2].partition(_END)[0].strip()
        self._history.pages.append(SharedPage(UUID(link["id"]), shown))
        return f"{link['id']}, {html.unescape(shown).count('<gen:')} tokens"

    async def read_all(self) -> None:
        """Open the pages of all links."""
        for number in range(len(self._links)):
            await self.read(number)

    async def _post(self, path: str, body: Any) -> Frame:
        tokens = {each.key: each.value for each in self._account.http.cookie_jar}
        headers = {"X-CSRFToken": tokens["csrftoken"], "Origin": self._addresses[0]}
        address = self._addresses[0] + path
        async with self._account.http.post(address, json=body, headers=headers) as answer:
            if answer.status not in (200, 201, 404, 422):
                answer.raise_for_status()
            found: Frame = await answer.json()
        return found


def _all_of(state: Frame) -> Frame:
    return {"leaf_id": state["conversation"]["head_id"]}
