"""One request to the scripted upstream, with methods to answer it well or badly."""

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .scripted import ScriptedUpstream

SECRET_HEADERS = frozenset({"authorization", "x-api-key", "cookie", "proxy-authorization"})
DEFAULTS: Mapping[str, str] = {
    "tokens": "20",  # tokens of an answer
    "rate": "0",  # tokens per second; 0 is as fast as the connection allows
    "at": "5",  # tokens before a fault
    "gate": "",  # the gate that each token waits for
    "times": "0",  # 1 puts the time of sending into each token
    "size": "2000000",  # bytes of large events and answers
}
_PARAMETER = re.compile(rf"\b({'|'.join(DEFAULTS)})=([\w.-]+)")


class ClientLeft(Exception):
    """The client closed its connection."""


class Call:
    """A parsed request with its connection.

    ``status`` and ``ended`` ("answered", "left", "broken") are its outcome; ``started_at`` and
    ``ended_at`` are Unix seconds. The values of secret headers are not stored.
    """

    def __init__(
        self,
        server: "ScriptedUpstream",
        number: int,
        head: tuple[str, str, Mapping[str, str]],
        content: bytes,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.server = server
        self.number = number
        self.method, self.path, headers = head
        self.headers = {
            name: "(secret)" if name in SECRET_HEADERS else value for name, value in headers.items()
        }
        self.body: dict[str, Any] = json.loads(content) if content else {}
        self.started_at = time.time()
        self.ended_at: float | None = None
        self.ended = ""
        self.status: int | None = None
        self.keep_alive = headers.get("connection", "").lower() != "close"
        self.sent_tokens = 0
        self._writer = writer
        self._framing = ""

    @property
    def script(self) -> str:
        """The model name without its parameters."""
        return str(self.body.get("model", "")).partition("?")[0]

    @property
    def parameters(self) -> dict[str, str]:
        """DEFAULTS, overridden by the last user message and then by the model name."""
        messages = self.body.get("messages") or [{}]
        users = [message.get("content") for message in messages if message.get("role") == "user"]
        said = str(users[-1]) if users else ""
        asked = str(self.body.get("model", "")).partition("?")[2]
        return {**DEFAULTS, **dict(_PARAMETER.findall(said)), **dict(_PARAMETER.findall(asked))}

    def number_of(self, name: str) -> float:
        """Return a parameter as a number."""
        return float(self.parameters[name])

    def as_json(self) -> dict[str, Any]:
        """Return the record of the call."""
        names = "number method path headers body started_at ended_at ended status sent_tokens"
        return {name: getattr(self, name) for name in names.split()}

    async def head(
        self,
        status: int = 200,
        content_type: str = "text/event-stream",
        *,
        framing: str = "chunked",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send the status and the headers; ``framing`` is chunked, close, or a length."""
        self.status = status
        self._framing = framing
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {content_type}"]
        if framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif framing == "close":
            self.keep_alive = False
        else:
            lines.append(f"Content-Length: {framing}")
        if not self.keep_alive:
            lines.append("Connection: close")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"x-siliconcloud-trace-id: trace-{self.number}", "", ""]
        await self.raw("\r\n".join(lines).encode())

    async def write(self, data: bytes) -> None:
        """Send a part of the body."""
        if self._framing == "chunked":
            data = b"%x\r\n%s\r\n" % (len(data), data)
        await self.raw(data)

    async def raw(self, data: bytes) -> None:
        """Send bytes unchanged."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            raise ClientLeft from None

    async def event(self, value: Any) -> None:
        """Send one event; values other than text are sent as JSON."""
        text = value if isinstance(value, str) else json.dumps(value)
        await self.write(f"data: {text}\n\n".encode("utf-8", "surrogatepass"))

    async def whole(
        self, status: int, value: Any, headers: Mapping[str, str] | None = None, **more: str
    ) -> None:
        """Send a body of known length: JSON, or text if there is a ``content_type``."""
        text = value if more else json.dumps(value)
        content = text.encode()
        content_type = more.get("content_type", "application/json")
        await self.head(status, content_type, framing=str(len(content)), headers=headers)
        await self.write(content)

    async def end(self) -> None:
        """End the body."""
        if self._framing == "chunked":
            await self.raw(b"0\r\n\r\n")

    async def silence(self, seconds: float) -> None:
        """Send nothing for a while."""
        await asyncio.sleep(seconds)

    async def forever(self) -> None:
        """Send nothing more until the client leaves."""
        await asyncio.Event().wait()

    def reset(self) -> None:
        """Break the connection with RST."""
        self.ended = "broken"
        self.keep_alive = False
        raw_socket: socket.socket = self._writer.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    def cut(self) -> None:
        """Close the connection without ending the body."""
        self.ended = "broken"
        self.keep_alive = False

    def token(self, position: int) -> str:
        """Return the text of one token: ``<gen:17:0042>``, optionally with its time of sending."""
        stamp = f":{time.time():.6f}" if self.parameters["times"] == "1" else ""
        return f"<gen:{self.number}:{position:04d}{stamp}>"

    async def pace(self, position: int) -> None:
        """Wait for the gate or the time of the token at this position."""
        gate, rate = self.parameters["gate"], self.number_of("rate")
        if gate:
            await self.server.gate(gate).acquire()
        elif rate:
            due = self.started_at + position / rate
            await asyncio.sleep(max(0.0, due - time.time()))
        self.sent_tokens = position + 1
        self.server.note_change()
