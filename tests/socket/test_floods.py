"""Bounds on what a client sends and leaves unread, over real connections."""

import asyncio
import json
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from chatsite import socket_room, websocket_user
from chatsite.socket_protocol import FRAMES_AT_ONCE
from conversations.models import Conversation, Message, User
from conversations.socket import handshakes, open_pages
from conversations.socket.rate_limit import TokenBuckets
from tests.bench.browser import Tab
from tests.bench.raw_frame import frame
from tests.socket.room import Room

POLICY_VIOLATION, TOO_MANY_PAGES, TOO_FAST = 1008, 4409, 4429
TEXT, BINARY, PIECE, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
MOST_SECONDS = 2


class Wire:
    """A websocket, byte by byte, of somebody who is signed in."""

    def __init__(self, room: Room) -> None:
        parts = urlsplit(room.url)
        self._address = (parts.hostname, parts.port)
        cookies = room.alice.http.cookie_jar.filter_cookies(URL(room.url))
        cookie = "; ".join(f"{name}={each.value}" for name, each in cookies.items())
        self.request = (
            f"GET /ws/ HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {room.url}\r\n"
            f"Cookie: {cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        )

    async def connect(self, rest: bytes = b"\r\n") -> None:
        """Send the handshake, with what follows its last header."""
        self.reader, self.writer = await asyncio.open_connection(*self._address)
        self.writer.write(self.request.encode() + rest)

    async def accepted(self) -> None:
        await self.reader.readuntil(b"\r\n\r\n")
        await self.reader.readuntil(b"hello")

    async def closed_with(self) -> int | None:
        """The code of the close frame; None if the connection ended without one."""
        read = b""
        try:
            while more := await self.reader.read(65_536):
                read += more
        except ConnectionResetError:
            pass
        at = read.rfind(b"\x88")
        return struct.unpack("!H", read[at + 2 : at + 4])[0] if at >= 0 else None


def repeated(*frames: bytes, times: int = 20_000) -> bytes:
    return b"".join(frames) * times


FLOODS = {
    "messages": repeated(frame(TEXT, b'{"type":"ping"}')),
    "what is no frame of the page": repeated(frame(BINARY, b"\0")),
    "pings": repeated(frame(PING)),
    "pings with a text": repeated(frame(PING, b"x" * 125)),
    "pongs": repeated(frame(PONG)),
    "pieces of a message": frame(TEXT, b"[", is_last=False)
    + repeated(frame(PIECE, b" ", is_last=False)),
    "empty pieces": frame(TEXT, is_last=False) + repeated(frame(PIECE, is_last=False)),
    "large messages": repeated(frame(TEXT, b" " * 500_000), times=20),
    "large pieces": frame(TEXT, b"[", is_last=False)
    + repeated(frame(PIECE, b" " * 50_000, is_last=False), frame(PING), times=200),
}


@pytest.fixture(autouse=True)
def fresh_counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No socket of an earlier test counts."""
    users = TokenBuckets(handshakes.PAGES_A_MINUTE / 60, handshakes.PAGES_AT_ONCE)
    strangers = TokenBuckets(handshakes.STRANGERS_A_MINUTE / 60, handshakes.STRANGERS_A_MINUTE)
    monkeypatch.setattr(handshakes, "_users", users)
    monkeypatch.setattr(handshakes, "_strangers", strangers)
    yield
    # Nobody is counted for ever.
    until(lambda: number_of_pages() == 0)


def number_of_pages() -> int:
    return sum(map(len, open_pages._pages.values()))


def until(is_so: Callable[[], bool]) -> None:
    latest = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < latest
        time.sleep(0.01)


async def flooded(room: Room, flood: bytes) -> int | None:
    """The code with which a socket is closed that sends this; it must be closed in time."""
    wire = Wire(room)
    await wire.connect()
    await wire.accepted()
    async with asyncio.timeout(MOST_SECONDS):
        wire.writer.write(flood)
        code = await wire.closed_with()
        wire.writer.close()
    return code


@pytest.mark.parametrize("flood", list(FLOODS.values()), ids=list(FLOODS))
def test_a_flood_ends_its_socket_within_two_seconds(room: Room, flood: bytes) -> None:
    # A message of more than 1 MiB, in however many pieces, breaks the connection at once.
    assert room.run(flooded(room, flood)) in (POLICY_VIOLATION, None)


def test_a_flood_is_told_why(room: Room) -> None:
    async def work(tab: Tab) -> int | None:
        for _ in range(FRAMES_AT_ONCE * 2):
            await tab.say({"type": "ping"})
        await tab.until(lambda: tab.connections == 2)
        return tab.close_code

    assert room.with_tab(work) == POLICY_VIOLATION


def test_the_pages_burst_after_a_reconnection_is_no_flood(room: Room) -> None:
    async def work(tab: Tab) -> tuple[int, int]:
        for _ in range(FRAMES_AT_ONCE - 5):
            await tab.say({"type": "ping"})
        await tab.until(lambda: tab.pongs == FRAMES_AT_ONCE - 5)
        return tab.connections, tab.pongs

    assert room.with_tab(work) == (1, FRAMES_AT_ONCE - 5)


def test_a_long_message_in_many_pieces_by_a_proxy_is_no_flood(room: Room) -> None:
    async def work() -> bytes:
        wire = Wire(room)
        await wire.connect()
        await wire.accepted()
        wire.writer.write(frame(TEXT, b'{"type":"ping","request_id":null', is_last=False))
        for _ in range(100):
            wire.writer.write(frame(PIECE, b" " * 4_096, is_last=False))
        wire.writer.write(frame(PIECE, b"}"))
        read = await wire.reader.readuntil(b"pong")
        wire.writer.close()
        return read

    assert room.run(work()).endswith(b"pong")


def test_nothing_may_come_before_the_handshake_is_answered(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_dropped = threading.Event()
    look_up = websocket_user.session_and_user

    async def slowly(session_key: str | None) -> tuple[Any, Any]:
        await asyncio.to_thread(is_dropped.wait)
        return await look_up(session_key)

    monkeypatch.setattr(websocket_user, "session_and_user", slowly)

    async def work() -> bytes:
        wire = Wire(room)
        await wire.connect()
        try:
            # The site is asked first, and sees then that there is more.
            while True:
                wire.writer.write(frame(TEXT, b"{}"))
                await wire.writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            return b"dropped"
        finally:
            is_dropped.set()
            wire.writer.close()

    assert room.run(work()) == b"dropped"


def test_a_handshake_has_no_body(room: Room) -> None:
    async def work() -> bytes:
        wire = Wire(room)
        await wire.connect(b"Content-Length: 8\r\n\r\n" + frame(TEXT, b"{}"))
        try:
            return await wire.reader.read()
        except ConnectionResetError:
            return b""
        finally:
            wire.writer.close()

    began = time.monotonic()
    assert b"hello" not in room.run(work())
    assert time.monotonic() - began < MOST_SECONDS


def test_a_state_of_several_megabytes_arrives_whole_in_pieces(room: Room) -> None:
    text = "Zeile äöü 😀 " * 100_000
    alice = User.objects.get(username="alice")
    talk = Conversation.objects.create(user=alice, title="long", version=1)
    Message.objects.create(conversation=talk, role="user", content=text, changed_in=1)

    async def work() -> str:
        headers = {"Origin": room.url}
        address = f"{room.url}/ws/"
        async with room.alice.http.ws_connect(address, headers=headers, max_msg_size=0) as socket:
            asked = {"type": "conversation.open", "conversation_id": str(talk.pk), "version": 0}
            await socket.send_json(asked)
            async for message in socket:
                said = json.loads(message.data)
                if said["type"] == "conversation.changed":
                    return said["messages"][0]["content"]
        return ""

    assert room.run(work()) == text


def test_a_socket_that_does_not_read_is_dropped(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_room, "LOOK_SECONDS", 0.1)
    alice = User.objects.get(username="alice")
    talk = Conversation.objects.create(user=alice, title="long", version=1)
    text = os.urandom(4_000_000).hex()
    Message.objects.create(conversation=talk, role="user", content=text, changed_in=1)

    async def work() -> None:
        wire = Wire(room)
        await wire.connect()
        await wire.accepted()
        wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
        asked = {"type": "conversation.open", "conversation_id": str(talk.pk), "version": 0}
        wire.writer.write(frame(TEXT, json.dumps(asked).encode()))
        # A ping cannot be sent for ever to a connection that the other side has dropped.
        while not wire.writer.transport.is_closing():
            wire.writer.write(frame(PONG))
            await asyncio.sleep(0.1)

    room.run(work())


async def opened(room: Room, number: int) -> list[aiohttp.ClientWebSocketResponse]:
    """So many sockets of Alice's that have been greeted, or closed."""
    headers = {"Origin": room.url}
    sockets = []
    for _ in range(number):
        sockets.append(await room.alice.http.ws_connect(f"{room.url}/ws/", headers=headers))
        await sockets[-1].receive()
    return sockets


async def is_answered(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """True if a ping is, whatever else the page is told before."""
    await socket.send_json({"type": "ping"})
    async for message in socket:
        if message.json()["type"] == "pong":
            return True
    return False


def test_the_oldest_of_too_many_pages_is_closed(room: Room) -> None:
    async def work() -> tuple[int | None, list[bool]]:
        sockets = await opened(room, open_pages.MOST_PAGES + 1)
        async for _told_before in sockets[0]:
            pass
        answers = [await is_answered(socket) for socket in sockets[1:]]
        for socket in sockets:
            await socket.close()
        return sockets[0].close_code, answers

    code, answers = room.run(work())
    assert code == TOO_MANY_PAGES
    assert answers == [True] * open_pages.MOST_PAGES


def test_a_page_that_was_closed_makes_room_for_another(room: Room) -> None:
    async def work() -> None:
        sockets = await opened(room, open_pages.MOST_PAGES)
        await sockets[3].close()
        await asyncio.to_thread(until, lambda: number_of_pages() < open_pages.MOST_PAGES)
        sockets += await opened(room, 1)
        assert await is_answered(sockets[0])
        for socket in sockets:
            await socket.close()

    room.run(work())


def test_a_user_who_connects_too_fast_is_told_by_a_code(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "_users", TokenBuckets(0.001, 2))

    async def work() -> list[int | None]:
        sockets = await opened(room, 3)
        codes = [socket.close_code for socket in sockets]
        for socket in sockets:
            await socket.close()
        return codes

    assert room.run(work()) == [None, None, TOO_FAST]


def test_strangers_at_one_address_are_refused_after_fifty_a_minute(room: Room) -> None:
    async def work() -> list[int]:
        statuses = []
        async with aiohttp.ClientSession() as http:
            for _ in range(handshakes.STRANGERS_A_MINUTE + 10):
                try:
                    async with http.ws_connect(
                        f"{room.url}/ws/", headers={"Origin": room.url}
                    ) as socket:
                        await socket.receive()
                    statuses.append(101)
                except aiohttp.WSServerHandshakeError as refused:
                    statuses.append(refused.status)
        return statuses

    began = time.monotonic()
    statuses = room.run(work())
    most = handshakes.STRANGERS_A_MINUTE + int(time.monotonic() - began) + 1
    assert handshakes.STRANGERS_A_MINUTE <= statuses.count(101) <= most
    assert set(statuses) == {101, 403}
    # Those who are signed in are not meant, though their address is the same.
    room.run(opened(room, 1))


def test_the_buckets_of_those_seen_longest_ago_are_forgotten() -> None:
    buckets = TokenBuckets(0.001, 1, most=2)
    assert [buckets.take(key) for key in "aabbcca"] == [True, False] * 3 + [True]
