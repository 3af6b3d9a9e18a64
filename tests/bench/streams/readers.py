"""Readers of streams: each asks, reads to the end, and asks again.

    python -m tests.bench.streams.readers <<< '{"port": 20001, "streams": 100, ...}'

What is asked is read as JSON from standard input (`Asked`), what was measured is printed as JSON
(`Measured`). Nothing but the tokens, the end and the size of frames is looked at.
"""

import asyncio
import json
import os
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from uuid import uuid4

import uvloop

from tests.bench.process import cpu_seconds
from tests.bench.streams.paced import microseconds
from tests.bench.table import percentile

_TOKEN = re.compile(rb"@(\d{12});")
_PING, _CLOSE = 0x89, 0x88
# An id of its own for each request stands for this.
REQUEST_ID = "%U"


@dataclass(frozen=True)
class Asked:
    """A load. ``heads`` are header lines, one set for each person; ``text`` is a frame or a body.

    ``seconds`` are measured, after ``ramp`` in which the streams begin, and ``warm`` after it.
    """

    port: int
    pid: int
    streams: int
    tokens: int
    path: str
    heads: list[str]
    text: str
    end: str
    is_socket: bool = True
    ramp: float = 3.0
    warm: float = 3.0
    seconds: float = 10.0


@dataclass
class Measured:
    """The figures of all readers. Seconds, but for what its name says otherwise."""

    tokens_a_second: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    first_p50: float = 0.0
    first_p99: float = 0.0
    cpu_us_a_token: float = 0.0
    bytes_a_token: float = 0.0
    frames_a_token: float = 0.0
    answers: int = 0
    too_short: int = 0
    lost: list[str] = field(default_factory=list)
    readers_cpu: float = 0.0


class Counts:
    """All that is counted, of the tokens that come between two moments."""

    def __init__(self, asked: Asked, began: int) -> None:
        self.asked = asked
        self.since = began + int(1e6 * (asked.ramp + asked.warm))
        self.until = self.since + int(1e6 * asked.seconds)
        self.delays: list[int] = []
        self.firsts: list[int] = []
        self.bytes = self.frames = self.answers = self.too_short = 0
        self.lost: list[str] = []

    def note(self, now: int, stamps: list[bytes], size: int) -> None:
        if self.since <= now < self.until:
            self.delays += [now - int(stamp) for stamp in stamps]
            self.bytes += size
            self.frames += 1

    def note_end(self, now: int, tokens: int) -> None:
        if self.since <= now < self.until:
            self.answers += 1
            self.too_short += tokens < self.asked.tokens


class Reader(asyncio.Protocol):
    """One stream after the other on one connection."""

    def __init__(self, counts: Counts, number: int) -> None:
        self._counts = counts
        self._asked = counts.asked
        self._end = counts.asked.end.encode()
        heads = counts.asked.heads
        self._head = heads[number % len(heads)] if heads else ""
        self._buffer = b""
        self._is_open = False
        self._tokens, self._last = 0, 0
        self._asked_at = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        if self._asked.is_socket:
            self._transport.write(handshake(self._asked.port, self._asked.path, self._head))
        else:
            self._is_open = True
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if microseconds() < self._counts.until:
            self._counts.lost.append(f"closed after {self._tokens} tokens: {error}")

    def _ask(self) -> None:
        self._asked_at, self._tokens, self._last = microseconds(), 0, 0
        text = self._asked.text.replace(REQUEST_ID, str(uuid4())).encode()
        if self._asked.is_socket:
            self._send_frame(0x81, text)
        else:
            self._transport.write(
                f"POST {self._asked.path} HTTP/1.1\r\nHost: 127.0.0.1:{self._asked.port}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
                f"{self._head}\r\n".encode()
                + text
            )

    def _send_frame(self, kind: int, payload: bytes) -> None:
        # Masked with zeros, which leaves it as it is.
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(bytes([kind]) + length + bytes(4) + payload)

    def data_received(self, data: bytes) -> None:
        now = microseconds()
        self._buffer += data
        if not self._is_open:
            self._open()
        elif not self._asked.is_socket:
            self._read_reply(now, len(data))
        if self._is_open and self._asked.is_socket:
            self._read_frames(now)

    def _open(self) -> None:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if found:
            if b" 101 " not in head:
                self._counts.lost.append(head.decode()[:80])
                self._transport.close()
                return
            self._is_open, self._buffer = True, rest
            self._ask()

    def _read_reply(self, now: int, size: int) -> None:
        buffer = self._buffer
        # A token, or the last piece, may be cut.
        self._buffer = b"" if self._end in buffer else buffer[-16:]
        self._read(now, buffer, size)

    def _read_frames(self, now: int) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < start + size:
                break
            if buffer[at] == _PING:
                self._send_frame(0x8A, buffer[start : start + size])
            elif buffer[at] != _CLOSE:
                self._read(now, buffer[start : start + size], start - at + size)
            at = start + size
        self._buffer = buffer[at:]

    def _read(self, now: int, text: bytes, size: int) -> None:
        stamps = [each for each in _TOKEN.findall(text) if int(each) > self._last]
        if stamps:
            if not self._tokens and self._counts.since <= now < self._counts.until:
                self._counts.firsts.append(now - self._asked_at)
            self._tokens += len(stamps)
            self._last = int(stamps[-1])
            self._counts.note(now, stamps, size)
        if self._end in text:
            self._counts.note_end(now, self._tokens)
            if now < self._counts.until:
                self._ask()


class Held(asyncio.Protocol):
    """A connection whose page is open and does nothing but answer pings."""

    def __init__(self, port: int, head: str) -> None:
        self._request = handshake(port, "/ws/", head)
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.is_open = self.is_open or b" 101 " in data[:20]
        if data[0] == _PING:
            # A ping of the server has four bytes, and is alone.
            size = data[1]
            self._transport.write(b"\x8a" + bytes([0x80 | size, 0, 0, 0, 0]) + data[2 : 2 + size])

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False


def handshake(port: int, path: str, head: str) -> bytes:
    """The request that opens a websocket."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{head}\r\n".encode()
    )


async def _read_all(asked: Asked) -> Measured:
    loop = asyncio.get_running_loop()
    counts = Counts(asked, microseconds())
    for number in range(asked.streams):
        # Spread, so that the tokens of all streams do not come at the same moment.
        await asyncio.sleep(asked.ramp / asked.streams)
        reader = partial(Reader, counts, number)
        await loop.create_connection(reader, "127.0.0.1", asked.port)
    await asyncio.sleep((counts.since - microseconds()) / 1e6)
    cpu, own = cpu_seconds(asked.pid), time.process_time()
    await asyncio.sleep((counts.until - microseconds()) / 1e6)
    cpu, own = cpu_seconds(asked.pid) - cpu, time.process_time() - own
    return _measured(counts, cpu, own)


def _measured(counts: Counts, cpu: float, own: float) -> Measured:
    tokens = len(counts.delays) or 1
    return Measured(
        tokens_a_second=len(counts.delays) / counts.asked.seconds,
        p50=percentile(counts.delays, 50) / 1e6,
        p99=percentile(counts.delays, 99) / 1e6,
        first_p50=percentile(counts.firsts, 50) / 1e6,
        first_p99=percentile(counts.firsts, 99) / 1e6,
        cpu_us_a_token=1e6 * cpu / tokens,
        bytes_a_token=counts.bytes / tokens,
        frames_a_token=counts.frames / tokens,
        answers=counts.answers,
        too_short=counts.too_short,
        lost=counts.lost[:3],
        readers_cpu=own / counts.asked.seconds,
    )


if __name__ == "__main__":
    measured = uvloop.run(_read_all(Asked(**json.load(sys.stdin))))
    print(json.dumps(asdict(measured)), flush=True)  # noqa: T201
    # Connections need no farewell.
    os._exit(0)
