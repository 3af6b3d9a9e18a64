"""A browser without a screen: it signs in, opens the page and speaks /ws/ as the page does."""

import asyncio
import json
import random
import re
import time
from collections.abc import Callable
from typing import Any, Self
from uuid import uuid4

import aiohttp

from tests.bench.checker import TERMINAL, Shown
from tests.bench.site import sign_in

Frame = dict[str, Any]
_HALF = re.compile("[\ud800-\udfff]")
RECONNECT_SECONDS = 0.1
ACK_SECONDS = 1.0
ANSWER_SECONDS = 30
_STATE = re.compile(r'<script id="state" type="application/json">(.*?)</script>', re.DOTALL)


class Refused(Exception):
    """The site answered a request with an `error` frame."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame['message']}")
        self.frame = frame


class Account:
    """A signed-in user: the cookies that all of their tabs share."""

    def __init__(self, site_url: str, name: str) -> None:
        self.site_url = site_url
        self.name = name
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        await sign_in(self.site_url, self.name, self.http)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.http.close()

    async def state(self, conversation_id: str) -> Frame:
        """The state of a conversation's page. Raises aiohttp.ClientResponseError."""
        address = f"{self.site_url}/c/{conversation_id}/state.json"
        async with self.http.get(address, raise_for_status=True) as answer:
            return await answer.json()


class Tab:
    """One tab: what it shows of each generation, and ``history``, how that came about.

    ``on_text`` is called with each frame's text and the Unix time of its arrival.
    """

    answer_seconds: float = ANSWER_SECONDS

    def __init__(self, account: Account, name: str) -> None:
        self.account = account
        self.name = name
        self.history: list[Shown] = []
        self.text: dict[str, str] = {}
        self.seq: dict[str, int] = {}
        self.status: dict[str, str] = {}
        self.error: dict[str, Frame | None] = {}
        self.connections = 0
        self.pongs = 0
        self.close_code: int | None = None
        self.on_text: Callable[[str, float], None] = lambda text, at: None
        self._versions: dict[str, int] = {}
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._requests: dict[str, Frame] = {}
        self._news = asyncio.Condition()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._work: list[asyncio.Task[None]] = []
        self._acknowledged: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect, and stay connected until `close`."""
        self._work = [
            asyncio.create_task(self._stay_connected()), asyncio.create_task(self._acknowledge())
        ]  # fmt: skip
        await self.until(lambda: self._socket is not None)

    async def close(self) -> None:
        """Close the tab."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def load(self, conversation_id: str | None = None) -> Frame:
        """Open a page and show what it holds; what still runs is followed from there."""
        path = f"/c/{conversation_id}/" if conversation_id else "/"
        async with self.account.http.get(self.account.site_url + path) as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            embedded = _STATE.search(await answer.text())
        assert embedded is not None, "The page has no state."
        state: Frame = json.loads(embedded[1])
        self._show_page(state)
        return state

    async def send(self, content: str, model: str, **fields: Any) -> Frame:
        """Press Send; gives the `turn.started`. Raises Refused."""
        asked = {"conversation_id": None, "parent_id": None, "parameters": {}, **fields}
        return await self.request({"type": "turn.send", "content": content, "model": model} | asked)

    async def request(self, frame: Frame) -> Frame:
        """Ask under a `request_id`, again after each reconnection until it is answered."""
        request_id = frame.setdefault("request_id", str(uuid4()))
        self._requests[request_id] = frame
        answer = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        await self.say(frame)
        try:
            return await asyncio.wait_for(answer, self.answer_seconds)
        finally:
            # An answer that comes too late finds nobody.
            self._waiting.pop(request_id, None)

    async def say(self, frame: Frame) -> None:
        """Send a frame if there is a connection."""
        await self.say_text(_stringified(frame))

    async def say_text(self, text: str) -> None:
        """Send a text that need not be a frame."""
        if self._socket is None:
            return
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, ConnectionError):
            return

    async def stop(self, generation_id: str) -> None:
        """Press Stop."""
        await self.say({"type": "generation.stop", "generation_id": generation_id})

    async def follow(self, generation_id: str) -> None:
        """Ask for what the tab lacks of a generation."""
        after = self.seq.setdefault(generation_id, 0)
        frame = {"type": "generation.follow", "generation_id": generation_id, "after": after}
        await self.say(frame)

    async def until(self, is_so: Callable[[], bool], seconds: float = ANSWER_SECONDS) -> None:
        """Wait until that holds; it is looked at after each frame. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(is_so)

    async def finished(self, generation_id: str, seconds: float = ANSWER_SECONDS) -> str:
        """Wait for the end of a generation and give its final status."""
        await self.until(lambda: self.status.get(generation_id) in TERMINAL, seconds)
        return self.status[generation_id]

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._converse()
            except (aiohttp.ClientError, OSError):
                # The page waits longer, which would only make these tests longer.
                await asyncio.sleep(RECONNECT_SECONDS * random.random())

    async def _converse(self) -> None:
        address = self.account.site_url + "/ws/"
        headers = {"Origin": self.account.site_url}
        async with self.account.http.ws_connect(address, headers=headers, max_msg_size=0) as socket:
            self._socket = socket
            self.connections += 1
            await self._resume()
            async with self._news:
                self._news.notify_all()
            async for message in socket:
                self.on_text(message.data, time.time())
                await self._receive(json.loads(message.data))
            self._socket = None
            self.close_code = socket.close_code

    async def _resume(self) -> None:
        for request_id in list(self._waiting):
            await self.say(self._requests[request_id])
        for conversation_id, version in self._versions.items():
            frame = {"type": "conversation.open", "conversation_id": conversation_id}
            await self.say(frame | {"version": version})
        for generation_id, status in self.status.items():
            if status == "running":
                await self.follow(generation_id)

    async def _receive(self, frame: Frame) -> None:
        if frame["type"] == "generation.events":
            await self._show_events(frame)
        elif frame["type"] in ("turn.started", "conversation.changed"):
            self._show_messages(frame)
        self.pongs += frame["type"] == "pong"
        if answer := self._waiting.pop(frame.get("request_id") or "", None):
            if frame["type"] == "error":
                answer.set_exception(Refused(frame))
            else:
                answer.set_result(frame)
        async with self._news:
            self._news.notify_all()

    async def _show_events(self, frame: Frame) -> None:
        name = frame["generation_id"]
        known = self.seq.setdefault(name, 0)
        first = frame["seq"] - len(frame["events"]) + 1
        if first > known + 1:
            await self.follow(name)
            return
        for seq, event in enumerate(frame["events"], first):
            if seq > self.seq[name]:
                self._show_event(name, seq, event)

    def _show_event(self, name: str, seq: int, event: Frame) -> None:
        self.seq[name] = seq
        text = event.get("content", "")
        self.text[name] = self.text.get(name, "") + text
        if event["type"] == "finished":
            self.status[name] = event["cause"]
            self.error[name] = event["error"]
        self._note(name, text, "socket")

    def _show_page(self, state: Frame) -> None:
        if state["conversation"]:
            self._versions = {state["conversation"]["id"]: state["conversation"]["version"]}
        for message in state["messages"]:
            self._show_message(message)

    def _show_messages(self, frame: Frame) -> None:
        self._versions = {frame["conversation"]["id"]: frame["conversation"]["version"]}
        for message in frame["messages"]:
            self._show_message(message)

    def _show_message(self, message: Frame) -> None:
        generation = message["generation"]
        if generation is None or generation["seq"] < self.seq.get(generation["id"], 0):
            return
        name = generation["id"]
        self.text[name] = message["content"]
        self.seq[name] = generation["seq"]
        self.status[name] = generation["status"]
        self.error[name] = generation["error"]
        self._note(name, message["content"], "page")

    def _note(self, name: str, text: str, source: str) -> None:
        status = self.status.setdefault(name, "running")
        self.history.append(
            Shown(
                time.monotonic(), self.name, self.account.name,
                name, self.seq[name], text, source, status,
            )
        )  # fmt: skip

    async def _acknowledge(self) -> None:
        while True:
            await asyncio.sleep(ACK_SECONDS)
            for name, seq in list(self.seq.items()):
                if self._acknowledged.get(name) != seq:
                    self._acknowledged[name] = seq
                    await self.say(
                        {"type": "generation.ack", "generation_id": name, "seq": seq}
                    )  # fmt: skip


def _stringified(frame: Frame) -> str:
    """The frame as JSON.stringify writes it: only half a character is escaped."""
    text = json.dumps(frame, ensure_ascii=False)
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
