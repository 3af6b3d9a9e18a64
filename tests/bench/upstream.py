"""The scripted upstream as a process of its own, with an event loop of its own."""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any, Self

import aiohttp

from tests.bench.process import ROOT

Call = dict[str, Any]


class Upstream:
    """A scripted upstream; ``address`` is what UPSTREAM_BASE_URL takes."""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.upstreams.scripted",
            cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.address: str = json.loads(await self._process.stdout.readline())["address"]
        self._http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.close()
        with suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()

    async def record(self) -> tuple[list[Call], int]:
        """The completion calls so far, and how many connections are open beside ours."""
        address = self.address.removesuffix("/v1") + "/record"
        async with self._http.get(address, headers={"Connection": "close"}) as answer:
            record = await answer.json()
        calls = [call for call in record["calls"] if call["path"].endswith("/completions")]
        still_open = [each for each in record["connections"] if each["closed_at"] is None]
        return calls, len(still_open) - 1

    async def open(self, gate: str, tokens: int) -> None:
        """Let that many tokens through a gate."""
        address = self.address.removesuffix("/v1") + f"/gate/{gate}?{tokens}"
        async with self._http.post(address, headers={"Connection": "close"}) as answer:
            await answer.read()

    async def calls_of(self, mark: str) -> list[Call]:
        """The calls about a conversation that carries that mark, in order."""
        calls, _ = await self.record()
        return [call for call in calls if mark in json.dumps(call["body"])]


def last_words(call: Call) -> str:
    """The last user message of a call."""
    said = [each["content"] for each in call["body"]["messages"] if each["role"] == "user"]
    return str(said[-1]) if said else ""


def sent_text(call: Call) -> str:
    """The text that the script has sent in a call, with the token under way."""
    return "".join(
        f"<gen:{call['number']}:{position:04d}>" for position in range(call["sent_tokens"])
    )
