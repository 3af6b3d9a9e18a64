"""Streams of models that say nothing for long, through a real nginx that cuts what is silent.

    python -m tests.bench.silence --seconds 70 --read-timeout 30s

One stream is silent before its first token and one after it. Both have to arrive whole, and no
silence on the wire may be longer than ten seconds; the first byte has to come within five. A whole
answer, which has nothing to send until its end, shows that this nginx does cut. Exit code 1 when
one of these does not hold, and 2 where there is no nginx.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, field

import aiohttp

from tests.bench.nginx import nginx_before, program
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream

TOKENS = 3
MOST_FIRST_SECONDS = 5.0
MOST_SILENT_SECONDS = 10.0
CUT = 504


@dataclass
class Heard:
    """The reply that a client was sent: its status, its text, and when each piece came."""

    status: int = 0
    text: str = ""
    moments: list[float] = field(default_factory=list)

    @property
    def first(self) -> float:
        """The seconds until the first piece."""
        return self.moments[1] - self.moments[0]

    @property
    def longest(self) -> float:
        """The longest silence, in seconds."""
        pairs = zip(self.moments, self.moments[1:], strict=False)
        return max(after - before for before, after in pairs)

    @property
    def is_whole(self) -> bool:
        """True if every token and the end have come."""
        return self.text.count("<gen:") == TOKENS and self.text.endswith("data: [DONE]\n\n")


async def ask(http: aiohttp.ClientSession, address: str, gate: str, *, stream: bool) -> Heard:
    """Ask for tokens that wait for the gate, and read all that comes."""
    said = [{"role": "user", "content": f"tokens={TOKENS} gate={gate}"}]
    body = {"model": "good", "stream": stream, "messages": said}
    heard = Heard(moments=[time.monotonic()])
    async with http.post(f"{address}/v1/chat/completions", json=body) as answer:
        heard.status = answer.status
        async for piece in answer.content.iter_any():
            heard.moments.append(time.monotonic())
            heard.text += piece.decode()
    return heard


async def measure(seconds: float, read_timeout: str) -> tuple[Heard, Heard, Heard]:
    """The stream that is silent at first, the one that is silent later, and the whole answer."""
    async with Upstream() as upstream, Site(upstream.address) as site:
        await site.furnish(["alice"], "good")
        key = (await site.run("create_api_key", "alice", "--name", "bench")).strip()
        gates = upstream.address.removesuffix("/v1") + "/gate"
        headers = {"Authorization": f"Bearer {key}"}
        with nginx_before(site.url, read_timeout=read_timeout) as address:
            async with aiohttp.ClientSession(headers=headers) as http:
                asked = [
                    asyncio.ensure_future(ask(http, address, gate, stream=stream))
                    for gate, stream in (("first", True), ("later", True), ("whole", False))
                ]
                await http.post(f"{gates}/later?1")
                await asyncio.sleep(seconds)
                for gate in ("first", "later", "whole"):
                    await http.post(f"{gates}/{gate}?{TOKENS}")
                first, later, whole = await asyncio.gather(*asked)
                return first, later, whole


def main() -> int:
    """Run from the command line; the exit code says whether the answers arrived."""
    parser = argparse.ArgumentParser(description="Silent streams through nginx.")
    parser.add_argument("--seconds", type=float, default=70)
    parser.add_argument("--read-timeout", default="30s")
    options = parser.parse_args()
    if program() is None:
        sys.stderr.write("There is no nginx: apt-get install nginx-light\n")
        return 2
    first, later, whole = asyncio.run(measure(options.seconds, options.read_timeout))
    title = f"{options.seconds:.0f} s of silence, nginx with proxy_read_timeout"
    show(
        f"{title} {options.read_timeout}",
        {
            "silent before its first token": _told(first),
            "silent after its first token": _told(later),
            "whole answer": f"cut with {whole.status}",
        },
    )
    streams = (first, later)
    for each in streams:
        if not each.is_whole:
            sys.stderr.write(f"A stream ended with: {each.text[-500:]!r}\n")
    is_heard = first.first <= MOST_FIRST_SECONDS
    is_never_silent = max(each.longest for each in streams) <= MOST_SILENT_SECONDS
    is_whole = all(each.is_whole for each in streams)
    return int(not (is_heard and is_never_silent and is_whole and whole.status == CUT))


def _told(heard: Heard) -> str:
    end = "whole" if heard.is_whole else "not whole"
    times = f"first byte after {heard.first:.1f} s, longest silence {heard.longest:.1f} s"
    return f"{heard.status}, {end}; {times}"


if __name__ == "__main__":
    sys.exit(main())
