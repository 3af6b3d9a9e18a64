"""The processes of a measurement, each on its core."""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.bench.process import ROOT, Process
from tests.bench.site import Site, free_port
from tests.bench.streams.paced import MODEL
from tests.bench.streams.readers import REQUEST_ID, Asked, Held, Measured

PEOPLE = 150
ADDRESSES = 8
# A person may have twenty pages, and an address so many handshakes in a moment.
PAGES_SECONDS = 0.01
_FURNISH = """
import json
from django.conf import settings
from django.test import Client
from conversations.accounts import api_keys
from conversations.models import User
heads = {{"socket": [], "api": []}}
for number in range({people}):
    user = User.objects.create(username=f"person{{number}}", email=f"{{number}}@example.org")
    client = Client()
    client.force_login(user)
    key = api_keys.create(user, api_keys.KeyChoices("streams"))[1]
    session = client.session.session_key
    heads["socket"].append(f"Cookie: {{settings.SESSION_COOKIE_NAME}}={{session}}\\r\\n")
    heads["api"].append(f"Authorization: Bearer {{key}}\\r\\n")
print(json.dumps(heads))
"""


class Stage:
    """The site and the relay on the first core, the upstream and the readers on the second."""

    site: Site

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._heads: dict[str, list[str]] = {}

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            port = free_port()
            self.upstream = f"http://127.0.0.1:{port}"
            await self._start(stack, port, "paced", str(port))
            self.site = await stack.enter_async_context(Site(f"{self.upstream}/v1"))
            await self.site.furnish([], MODEL)
            printed = await self.site.run("shell", "-c", _FURNISH.format(people=PEOPLE))
            self._heads = json.loads(printed.splitlines()[-1])
            pin(self.site.pid, 0)
            self._bare_port = free_port()
            arguments = ("bare", f"{self.upstream}/v1", str(self._bare_port))
            self._bare = await self._start(stack, self._bare_port, *arguments)
            pin(self._bare.pid, 0)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def _start(self, stack: AsyncExitStack, port: int, name: str, *more: str) -> Process:
        process = Process("-m", f"tests.bench.streams.{name}", *more, port=port)
        await process.start()
        stack.push_async_callback(process.kill)
        pin(process.pid, 1)
        return process

    async def of_site(self, streams: int, tokens: int, way: str, **times: float) -> Measured:
        """Measure the site: ``way`` is "socket", as pages ask, or "api", as programs do."""
        port = int(self.site.url.rpartition(":")[2])
        text = _turn(tokens) if way == "socket" else _request(tokens)
        end = '"type":"finished"' if way == "socket" else "[DONE]"
        path = "/ws/" if way == "socket" else "/v1/chat/completions"
        return await _measure(
            Asked(
                port, self.site.pid, streams, tokens, path, self._heads[way], text, end,
                is_socket=way == "socket", **times,
            )
        )  # fmt: skip

    async def of_relay(self, streams: int, tokens: int, way: str, **times: float) -> Measured:
        """Measure the bare relay in the same way."""
        text = _prompt(tokens) if way == "socket" else _request(tokens)
        return await _measure(
            Asked(
                self._bare_port, self._bare.pid, streams, tokens, "/ws/", [], text, "[DONE]",
                is_socket=way == "socket", **times,
            )
        )  # fmt: skip

    async def hold(self, number: int) -> list[Held]:
        """Open that many pages, and leave them alone."""
        port, loop = int(self.site.url.rpartition(":")[2]), asyncio.get_running_loop()
        held = []
        for each in range(number):
            head = self._heads["socket"][each % PEOPLE]
            _transport, page = await loop.create_connection(
                partial(Held, port, head), "127.0.0.1", port,
                # One address may have an eighth of all connections.
                local_addr=(f"127.0.0.{1 + each % ADDRESSES}", 0),
            )  # fmt: skip
            held.append(page)
            await asyncio.sleep(PAGES_SECONDS)
        return held

    async def lateness(self) -> tuple[float, float]:
        """By how many ms the upstream missed its pace since the last question: p99 and most."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.upstream}/late") as answer:
            p99, most = await answer.json()
        return p99, most


def pin(pid: int, core: int) -> None:
    """Let all threads of a process run on that core alone, where the system can and has two."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > core:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {cores[core]})


async def _measure(asked: Asked) -> Measured:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.streams.readers",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    pin(process.pid, 1)
    printed, _ = await process.communicate(json.dumps(asdict(asked)).encode())
    return Measured(**json.loads(printed))


def _prompt(tokens: int) -> str:
    return f"go [[n={tokens} gap=20]]"


def _turn(tokens: int) -> str:
    frame: dict[str, Any] = {
        "type": "turn.send", "request_id": REQUEST_ID, "conversation_id": None, "parent_id": None,
        "content": _prompt(tokens), "model": MODEL, "parameters": {}, "system_message": None,
        "compared": [],
    }  # fmt: skip
    return json.dumps(frame)


def _request(tokens: int) -> str:
    said = [{"role": "user", "content": _prompt(tokens)}]
    return json.dumps({"model": MODEL, "stream": True, "messages": said})
