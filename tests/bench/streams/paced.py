"""A model server that sends tokens at a steady pace, whatever the other side does.

    python -m tests.bench.streams.paced PORT

``[[n=250 gap=20]]`` in a prompt asks for 250 tokens, one each 20 ms. Each is "@", the monotonic
time of its sending in µs with 12 digits, and ";". ``GET /late`` gives by how many ms the pace was
missed: the 99th percentile and the most since the last question.
"""

import asyncio
import json
import re
import sys
import time

import uvloop

_ASKED = re.compile(rb"\[\[n=(\d+) gap=(\d+)\]\]")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_TOKEN = (
    b'data: {"id":"paced","object":"chat.completion.chunk","created":1,"model":"paced",'
    b'"choices":[{"index":0,"delta":{"content":"@%012d;"},"finish_reason":null}]}\n\n'
)
_END = (
    b'data: {"id":"paced","object":"chat.completion.chunk","created":1,"model":"paced",'
    b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,'
    b'"completion_tokens":%d,"total_tokens":%d}}\n\ndata: [DONE]\n\n'
)
MODEL = "paced"


def microseconds() -> int:
    """The monotonic time, which all processes of a machine share."""
    return time.monotonic_ns() // 1000


class Paced(asyncio.Protocol):
    """One connection; a request after the other."""

    late: list[float] = []

    def __init__(self) -> None:
        self._received = b""
        self._loop = asyncio.get_running_loop()
        self._left = self._number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and len(body) >= (int(length[1]) if length else 0):
            self._received = b""
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if not head.startswith(b"POST"):
            self._tell(head)
            return
        asked = _ASKED.search(body)
        self._number, gap = (int(asked[1]), int(asked[2])) if asked else (1, 20)
        self._left, self._gap = self._number, gap / 1000
        self._transport.write(_HEAD)
        self._due = self._loop.time() + self._gap
        self._loop.call_at(self._due, self._send)

    def _send(self) -> None:
        if self._transport.is_closing():
            return
        Paced.late.append(self._loop.time() - self._due)
        self._left -= 1
        self._write(_TOKEN % microseconds())
        if self._left:
            self._due += self._gap
            self._loop.call_at(self._due, self._send)
        else:
            self._write(_END % (self._number, self._number + 9))
            self._transport.write(b"0\r\n\r\n")

    def _write(self, event: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n" % (len(event), event))

    def _tell(self, head: bytes) -> None:
        if b"/late" in head:
            late, Paced.late = sorted(Paced.late) or [0.0], []
            answer: object = [1000 * late[len(late) * 99 // 100], 1000 * late[-1]]
        else:
            answer = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
        body = json.dumps(answer).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(body) + body)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Paced, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
