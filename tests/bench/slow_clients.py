"""Clients that send slowly, or nothing, or do not read, while twenty people read answers.

    python -m tests.bench.slow_clients

200 connections trickle headers, 200 trickle a body, 1,500 send nothing, and 20 programs ask for
4 MB each and read nothing of it, all at the same time. Exit code 1 when one of them is still
connected after 60 s, when the others' p99 is more than 1.5 times that of the quiet seconds before
and after, or when the site takes 50 MB more memory.
"""

import asyncio
import select
import socket
import sys
import time
from contextlib import ExitStack, suppress

from chatsite import open_files
from tests.bench.bystanders import MEGA, Window, bystanders
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream

SLOW, IDLE, NON_READERS = 200, 1500, 20
TRICKLE_SECONDS = 10
MOST_SECONDS = 60
MOST_RATIO = 1.5
MOST_MORE_BYTES = 50 * MEGA
QUIET_SECONDS = 10
_HEADERS = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
_BODY = b"POST /accounts/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 16000\r\n\r\na"
_OVER = select.POLLHUP | select.POLLERR


class Crowd:
    """Connections that hold on for as long as the site lets them."""

    def __init__(self, host: str, stack: ExitStack) -> None:
        name, _colon, port = host.partition(":")
        self._address = (name, int(port))
        self._stack = stack
        self._open: dict[int, socket.socket] = {}
        self._slow: list[socket.socket] = []
        self._poll = select.poll()
        self._began = time.monotonic()
        self.last_after = 0.0

    @property
    def left(self) -> int:
        """The clients that the site has not cut off."""
        return len(self._open)

    def join(self, first: bytes, number: int = 1, *, reads: bool = True) -> list[socket.socket]:
        """Connect so many clients that begin with those bytes."""
        return [self._joined(first, reads=reads) for _ in range(number)]

    def trickle(self, first: bytes, number: int) -> None:
        """Connect so many clients that send a byte now and then after those."""
        self._slow += self.join(first, number)

    def _joined(self, first: bytes, *, reads: bool) -> socket.socket:
        wire = self._stack.enter_context(socket.socket())
        if not reads:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(self._address)
        wire.sendall(first)
        self._open[wire.fileno()] = wire
        # One that does not read sees only that it was cut off.
        self._poll.register(wire, select.POLLIN if reads else 0)
        return wire

    def hold(self, seconds: float) -> None:
        """Trickle until the site has closed all connections, or until so long after the first."""
        began = self._began
        next_byte = time.monotonic() + TRICKLE_SECONDS
        while self._open and time.monotonic() - began < seconds:
            for number, events in self._poll.poll(200):
                if events & _OVER or self._is_closed(number):
                    self._poll.unregister(number)
                    del self._open[number]
                    self.last_after = time.monotonic() - began
            if time.monotonic() >= next_byte:
                next_byte += TRICKLE_SECONDS
                self._send_a_byte()

    def _is_closed(self, number: int) -> bool:
        try:
            return not self._open[number].recv(65536)
        except OSError:
            return True

    def _send_a_byte(self) -> None:
        for wire in self._slow:
            with suppress(OSError):
                wire.send(b"x")


def completion(host: str, key: str) -> bytes:
    """The request for an answer of 4 MB."""
    said = '{"role": "user", "content": "size=4000000"}'
    body = f'{{"model": "huge-answer", "stream": true, "messages": [{said}]}}'
    lines = [
        "POST /v1/chat/completions HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {key}",
        f"Content-Length: {len(body)}", "", body,
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


async def measure() -> tuple[Window, Window, Crowd]:
    """The quiet time, the time with the crowd, and the crowd."""
    open_files.raise_limit()
    async with Upstream() as upstream, Site(upstream.address) as site:
        async with bystanders(site, seconds=120) as beside:
            names = [account.name for account in beside.accounts]
            keys = [(await site.run("create_api_key", n, "--name", "bench")).strip() for n in names]
            with ExitStack() as stack:
                async with beside.window() as quiet:
                    await asyncio.sleep(QUIET_SECONDS)
                async with beside.window() as crowded:
                    crowd = Crowd(site.url.removeprefix("http://"), stack)
                    await asyncio.to_thread(_gather, crowd, keys)
                    await asyncio.to_thread(crowd.hold, MOST_SECONDS)
            crowded.memory -= quiet.memory
            async with beside.window() as after:
                await asyncio.sleep(QUIET_SECONDS)
            quiet += after
        if failures := site.tracebacks():
            raise RuntimeError(f"The site's log has tracebacks: {failures}")
    return quiet, crowded, crowd


def _gather(crowd: Crowd, keys: list[str]) -> None:
    for number in range(NON_READERS):
        crowd.join(completion("127.0.0.1", keys[number % len(keys)]), reads=False)
    crowd.trickle(_HEADERS, SLOW)
    crowd.trickle(_BODY, SLOW)
    crowd.join(b"", IDLE)


def main() -> int:
    """Run from the command line; the exit code says whether every bound was kept."""
    quiet, crowded, crowd = asyncio.run(measure())
    show(
        f"{SLOW} slow headers, {SLOW} slow bodies, {IDLE} idle, {NON_READERS} that do not read",
        {
            "quiet": quiet,
            "with them": crowded,
            "memory": f"{crowded.memory / MEGA:.1f} MB more",
            "the last one was cut off after": f"{crowd.last_after:.1f} s",
            "left after a minute": crowd.left,
        },
    )
    pairs = zip(crowded.p99, quiet.p99, strict=True)
    is_quick = all(now <= before * MOST_RATIO for now, before in pairs)
    return int(not (is_quick and crowd.left == 0 and crowded.memory <= MOST_MORE_BYTES))


if __name__ == "__main__":
    sys.exit(main())
