"""A program that asks `/v1` for streams, each with an Idempotency-Key, and asks some again."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import aiohttp

from tests.bench.chaos.history import ApiReply, History

# Of a stream that its process will not end any more, because it sleeps.
READ_SECONDS = 10
MOST_ATTEMPTS = 4


class ApiClient:
    """The calls of one user, which run beside what the user does on pages."""

    def __init__(self, person: str, key: str, history: History, addresses: Sequence[str]) -> None:
        self._person = person
        self._history = history
        self._addresses = addresses
        timeout = aiohttp.ClientTimeout(total=None, sock_read=READ_SECONDS)
        headers = {"Authorization": f"Bearer {key}"}
        self._http = aiohttp.ClientSession(headers=headers, timeout=timeout)
        self._bodies: dict[str, Any] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Leave what is under way."""
        for task in self._under_way:
            task.cancel()
        await self._http.close()

    def call(self, script: str, words: str, choice: int) -> str:
        """Ask a model."""
        key = f"{self._person}-{len(self._bodies)}"
        self._bodies[key] = {
            "model": script, "messages": [{"role": "user", "content": words}],
            "stream": True, "stream_options": {"include_usage": True},
        }  # fmt: skip
        return self._begin(key, choice)

    def again(self, choice: int) -> str:
        """Repeat a call with its Idempotency-Key."""
        if not self._bodies:
            return "no call"
        return self._begin(list(self._bodies)[choice % len(self._bodies)], choice + 1)

    async def over(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._under_way)

    def _begin(self, key: str, choice: int) -> str:
        task = asyncio.create_task(self._ask(key, choice))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return key

    async def _ask(self, key: str, choice: int) -> None:
        """Ask until there is an answer, as official clients do."""
        for attempt in range(MOST_ATTEMPTS):
            reply = ApiReply(self._person, key)
            self._history.replies.append(reply)
            address = self._addresses[(choice + attempt) % len(self._addresses)]
            try:
                told = await self._read(address, reply)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                told = repr(error)
            said = f"{told}, {reply.generation_id}, {reply.text.count('<')} tokens"
            self._history.note(self._person, f"/v1 {key}: {said}")
            if reply.generation_id or told == "200" or told.startswith(("4", "refused")):
                return
            await asyncio.sleep(0.2 * 2**attempt)

    async def _read(self, address: str, reply: ApiReply) -> str:
        async with self._http.post(
            f"{address}/v1/chat/completions",
            json=self._bodies[reply.key], headers={"Idempotency-Key": reply.key},
        ) as answer:  # fmt: skip
            if answer.status != 200:
                return f"{answer.status} {(await answer.text())[:150]}"
            async for line in answer.content:
                _take(reply, line.decode())
        return "200"


def _take(reply: ApiReply, line: str) -> None:
    if not line.startswith("data: "):
        return
    if line.strip() == "data: [DONE]":
        reply.is_done = True
        return
    event = json.loads(line[6:])
    if "error" in event:
        return
    reply.generation_id = UUID(event["id"].removeprefix("chatcmpl-"))
    reply.usage = event.get("usage") or reply.usage
    for choice in event["choices"]:
        reply.text += choice["delta"].get("content") or ""
        reply.finish_reason = choice["finish_reason"] or reply.finish_reason
