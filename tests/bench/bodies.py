"""Large bodies of every kind, one and eight at once, while twenty people read answers.

    python -m tests.bench.bodies

Quiet seconds between them are the yardstick. Exit code 1 when health checks or tokens have a p99
of 100 ms more than in those, with any kind of body, or when the site takes 50 MB more memory.
"""

import argparse
import asyncio
import socket
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.bench.bystanders import MEGA, Bystanders, Window, bystanders
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream

SIZE = 24 * MEGA
AT_ONCE = (1, 8)
MOST_MORE_SECONDS = 0.100
MOST_MORE_BYTES = 50 * MEGA
QUIET_SECONDS, LEAST_SECONDS = 1.0, 1.0
ATTEMPTS = 3
CLIENT_SECONDS = 30
_PIECE = 256 * 1024
_clients = ThreadPoolExecutor(max(AT_ONCE))
_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Kind:
    """A kind of body: its address, its headers, and what makes it."""

    path: str
    headers: tuple[str, ...]
    make: Callable[[], bytes]
    is_chunked: bool = False

    def request(self, host: str) -> tuple[bytes, bytes]:
        """The head and the body."""
        body = self.make()
        length = "Transfer-Encoding: chunked" if self.is_chunked else f"Content-Length: {len(body)}"
        lines = [f"POST {self.path} HTTP/1.1", f"Host: {host}", length, *self.headers, "", ""]
        return "\r\n".join(lines).encode(), body


def _repeated(piece: bytes, size: int = SIZE) -> bytes:
    return piece * (size // len(piece))


def _in_parts(piece: bytes, size: int = SIZE, name: str = "") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="a"{name}\r\n\r\n'.encode()
    return _repeated(head + piece + b"\r\n", size) + b"--x--\r\n"


def _in_chunks(body: bytes, size: int) -> bytes:
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _json(element: bytes, size: int, around: tuple[bytes, bytes]) -> bytes:
    return around[0] + _repeated(element, size) + around[1]


FORM = "Content-Type: application/x-www-form-urlencoded"
PARTS = "Content-Type: multipart/form-data; boundary=x"
JSON = "Content-Type: application/json"
LIST = (b'{"model": "good", "a": [', b"0]}")
COMPLETIONS = "/v1/chat/completions"
LOGIN = "/accounts/login/"


def kinds(key: str, session: tuple[str, ...], conversation: str) -> dict[str, Kind]:
    """All kinds; the last ones are of somebody with a key or a session."""
    fields = lambda: _repeated(b"a=b&")  # noqa: E731 - one of a dozen beside each other
    draft = b'{"selection": {"leaf_id": "%s", "masks": [' % _ID.encode(), b'""]}}'
    preview = f"/c/{conversation}/share/preview/"
    users = "/admin/conversations/user/import/"
    return {
        "form, many fields": Kind(LOGIN, (FORM,), fields),
        "form, one field": Kind("/s/none/", (FORM,), lambda: b"a=" + b"x" * SIZE),
        "form, escapes": Kind(LOGIN, (FORM,), lambda: _repeated(b"%61=%62&")),
        "form, in chunks": Kind(LOGIN, (FORM,), lambda: _in_chunks(fields(), 4096), True),
        "form, in chunks of a byte": Kind(
            LOGIN, (FORM,), lambda: _in_chunks(b"x" * (SIZE // 6), 1), is_chunked=True
        ),
        "parts, many": Kind("/s/none/", (PARTS,), lambda: _in_parts(b"b")),
        "parts, many files": Kind(
            LOGIN, (PARTS,), lambda: _in_parts(b"b", name='"; filename="f')
        ),
        "parts, a file": Kind(users, (PARTS,), lambda: _in_parts(b"x" * (SIZE - 200))),
        "plain text": Kind("/", ("Content-Type: text/plain",), lambda: b"x" * SIZE),
        "to a health check": Kind("/healthz", (FORM,), fields),
        "to a static file": Kind("/static/css/base.css", (FORM,), fields),
        "JSON to /v1 without a key": Kind(COMPLETIONS, (JSON,), lambda: _json(b"1,", SIZE, LIST)),
        "JSON to a page by nobody": Kind(preview, (JSON,), lambda: _json(b'"",', SIZE, draft)),
        # With a right:
        "key: JSON, too large": Kind(COMPLETIONS, (JSON, key), lambda: _json(b"1,", SIZE, LIST)),
        "key: JSON, many elements": Kind(
            COMPLETIONS, (JSON, key), lambda: _json(b"1,", 15 * MEGA, LIST)
        ),
        "key: JSON, many lists": Kind(
            COMPLETIONS, (JSON, key), lambda: _json(b"[],", 15 * MEGA, LIST)
        ),
        "key: JSON, a long text": Kind(
            COMPLETIONS, (JSON, key),
            lambda: b'{"model": "", "a": "' + _repeated(b'\\"\\ud83d\\ude00', 15 * MEGA) + b'"}',
        ),
        "key: JSON in chunks of a byte": Kind(
            COMPLETIONS, (JSON, key), lambda: _in_chunks(b"[" * (4 * MEGA), 1), is_chunked=True
        ),
        "session: JSON to a page": Kind(
            preview, (JSON, *session), lambda: _json(b'"",', 4 * MEGA - 200, draft)
        ),
        "session: form, many fields": Kind(
            users, (FORM, *session), lambda: _repeated(b"a=b&", MEGA)
        ),
        "session: parts, many": Kind(users, (PARTS, *session), lambda: _in_parts(b"b", MEGA - 9)),
    }  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A quiet time, and the time with a body of some kind."""

    quiet: Window
    attacked: Window

    @property
    def more_memory(self) -> int:
        """The bytes that the site took more."""
        return self.attacked.memory - self.quiet.memory

    @property
    def is_kept(self) -> bool:
        """True if every bound was kept."""
        pairs = zip(self.attacked.p99, self.quiet.p99, strict=True)
        is_quick = all(now <= before + MOST_MORE_SECONDS for now, before in pairs)
        return is_quick and self.more_memory <= MOST_MORE_BYTES


def send(host: str, head: bytes, body: bytes) -> str:
    """Send all of it, whatever the site says meanwhile; the status, or that it was cut off."""
    name, _colon, port = host.partition(":")
    view = memoryview(body)
    with socket.create_connection((name, int(port)), timeout=CLIENT_SECONDS) as wire:
        try:
            wire.sendall(head)
            for start in range(0, len(body), _PIECE):
                wire.sendall(view[start : start + _PIECE])
            return wire.recv(65536)[9:12].decode() or "closed"
        except ConnectionError:
            return "cut off"


async def measure(only: Sequence[str]) -> dict[str, Pair]:
    """Each kind, one and eight at once, each with a quiet time before."""
    measured: dict[str, Pair] = {}
    async with Upstream() as upstream, Site(upstream.address) as site:
        async with bystanders(site, seconds=300) as beside:
            key = (await site.run("create_api_key", "admin", "--name", "bench")).strip()
            known = kinds(f"Authorization: Bearer {key}", _session(beside), beside.conversations[0])
            await _attack(beside, site, known["form, one field"], 1)  # What is done once.
            for name, kind in known.items():
                if only and not any(each in name for each in only):
                    continue
                for number in AT_ONCE:
                    title = f"{name}, {number} at once"
                    measured[title] = await _measured(beside, site, kind, number, title)
        if failures := site.tracebacks():
            raise RuntimeError(f"The site's log has tracebacks: {failures}")
    return measured


def _session(beside: Bystanders) -> tuple[str, ...]:
    cookies = {each.key: each.value for each in beside.accounts[0].http.cookie_jar}
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return f"Cookie: {sent}", f"X-CSRFToken: {cookies['csrftoken']}"


async def _measured(beside: Bystanders, site: Site, kind: Kind, number: int, title: str) -> Pair:
    """Measured again where a bound is broken: the machine has pauses of its own, and a site that is
    held up by a body is held up by each."""
    for _ in range(ATTEMPTS):
        async with beside.window() as quiet:
            await asyncio.sleep(QUIET_SECONDS)
        statuses, window = await _attack(beside, site, kind, number)
        pair = Pair(quiet, window)
        memory = f"{pair.more_memory // MEGA} MB more"
        show(title, {"answered": statuses, "quiet": quiet, "then": window, "memory": memory})
        if pair.is_kept:
            break
    return pair


async def _attack(beside: Bystanders, site: Site, kind: Kind, number: int) -> tuple[str, Window]:
    host = site.url.removeprefix("http://")
    head, body = await asyncio.to_thread(kind.request, host)
    async with beside.window() as window:
        loop = asyncio.get_running_loop()
        sent = [loop.run_in_executor(_clients, send, host, head, body) for _ in range(number)]
        got, _least = await asyncio.gather(asyncio.gather(*sent), asyncio.sleep(LEAST_SECONDS))
    counted = Counter(got)
    return ", ".join(f"{times} × {status}" for status, times in counted.items()), window


def main() -> int:
    """Run from the command line; the exit code says whether every bound was kept."""
    parser = argparse.ArgumentParser(description="Large bodies while people read answers.")
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of kinds")
    measured = asyncio.run(measure(parser.parse_args().only))
    quiet, attacked = Window(), Window()
    for pair in measured.values():
        quiet += pair.quiet
        attacked += pair.attacked
    more = max(pair.more_memory for pair in measured.values()) // MEGA
    memory = f"at most {more} MB more"
    figures = {"quiet": quiet, "with bodies": attacked, "memory": memory}
    show("All kinds of bodies together", figures)
    broken = [title for title, pair in measured.items() if not pair.is_kept]
    for title in broken:
        sys.stderr.write(f"More than it may be, {ATTEMPTS} times: {title}\n")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
