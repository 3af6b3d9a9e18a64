"""Every address of the site with requests that nobody would send: none is answered with 500.

    python -m tests.bench.fuzz_pages --cases 10000

Addresses come from the URL configuration, names of fields and of queries from the pages themselves.
Each is asked as nobody, as a user and as an administrator. Exit code 1 for an answer of 500, for a
request without an answer, or for a traceback in the log.
"""

import argparse
import asyncio
import html
import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from tests.bench.odd_values import METHODS, Maker, Request
from tests.bench.site import Site
from tests.bench.table import show

SESSIONS = 30
AT_ONCE = 4
ANSWER_SECONDS = 20
# Of a user who left, no page can be asked any more.
LEAVES = re.compile(rb"logout|/delete/?$|close-account|deactivat|/end|usersessions")
_OF_STAFF = ["admin"] * 9 + ["user", "nobody"]
_OF_SITE = ["user"] * 6 + ["admin"] * 2 + ["nobody"] * 2
_PREPARE = f"""
import json
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver
from conversations.models import User
from tests.people import make_people
from tests.scene import ids_of, make_scene
scene = make_scene(make_people())
def routes(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path
def session(user):
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
people = {{"user": scene.people.alice, "admin": scene.people.dana}}
print("PREPARED", json.dumps({{
    "routes": sorted(set(routes(get_resolver().url_patterns))),
    "ids": {{name: str(value) for name, value in ids_of(scene.turn).items()}},
    "sessions": {{
        name: [session(user) for _ in range({SESSIONS})] for name, user in people.items()
    }},
    "cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME,
}}))
"""
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass
class Findings:
    """The faults of the answers, and the number of each status."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Fuzzer:
    """Asks one site. It learns names of fields and queries from the pages that it is answered."""

    def __init__(self, site: Site, prepared: dict[str, object], seed: int) -> None:
        self._site = site
        parts = urlsplit(site.url)
        self._address = (parts.hostname, parts.port)
        self._host = parts.netloc
        self._routes: list[str] = prepared["routes"]  # type: ignore[assignment]
        self._ids: dict[str, str] = prepared["ids"]  # type: ignore[assignment]
        self._sessions: dict[str, list[str]] = prepared["sessions"]  # type: ignore[assignment]
        self._cookie, self._csrf = prepared["cookie"], prepared["csrf"]
        self._make = Maker(seed)
        self._token = self._make.letters(32)
        self._queries: dict[bytes, set[str]] = defaultdict(set)
        self._fields: dict[bytes, dict[str, str]] = defaultdict(dict)
        self.found = Findings()

    async def run(self, cases: int) -> None:
        """Ask so many times."""
        routes = iter([route for _ in range(cases) for route in self._routes][:cases])

        async def work() -> None:
            for route in routes:
                await self._ask(self._request(route))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    def _request(self, route: str) -> Request:
        chance = self._make.chance
        path = self._path(route)
        # The others are sent away from the administration.
        identities = _OF_STAFF if path.startswith(b"/admin/") else _OF_SITE
        identity = chance.choice(identities)
        kind = chance.random()
        method = "GET" if kind < 0.5 else "POST" if kind < 0.94 else chance.choice(METHODS)
        if method not in {"GET", "HEAD"} and LEAVES.search(path):
            method = "GET"
        request = Request(method, path + self._make.end(), self._headers(identity))
        if chance.random() < 0.5:
            request.path += b"?" + self._make.query(sorted(self._queries[path]))
        if method not in {"GET", "HEAD", "TRACE", "CONNECT"}:
            request.body, content_type = self._make.body(self._fields[path])
            request.headers.append(("Content-Type", content_type))
        known = {name.lower() for name, _ in request.headers}
        request.headers += [each for each in self._make.headers() if each[0].lower() not in known]
        return request

    def _path(self, route: str) -> bytes:
        plain = route.replace("^", "").replace("$", "").replace("\\", "").rstrip("Z")
        path, start = b"/", 0
        for place in _PLACE.finditer(plain):
            path += plain[start : place.start()].encode()
            name = place[1] or place[2]
            path += self._make.place(self._ids.get(name, self._make.chance.choice(["1", "2", ""])))
            start = place.end()
        return path + plain[start:].encode()

    def _headers(self, identity: str) -> list[tuple[str, bytes]]:
        cookies = [f"{self._csrf}={self._token}"]
        if identity != "nobody":
            cookies.append(f"{self._cookie}={self._make.chance.choice(self._sessions[identity])}")
        origin = self._site.url.encode()
        headers = [("X-CSRFToken", self._token.encode()), ("Origin", origin)]
        if self._make.chance.random() < 0.95:
            headers.append(("Cookie", "; ".join(cookies).encode()))
        return headers

    async def _ask(self, request: Request) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, body = await self._answer(request)
        except TimeoutError:
            status, body = 0, b""
        self.found.statuses[status] += 1
        if status == 0 or (status >= 500 and status not in {501, 503, 505}):
            self.found.wrong.append(f"{status or 'No answer'}: {request}")
        elif status == 200:
            self._learn(request.path.partition(b"?")[0], body.decode("utf-8", "replace"))

    async def _answer(self, request: Request) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection(*self._address)
        lines = [f"{request.method} ".encode() + request.path + b" HTTP/1.1"]
        lines += [name.encode() + b": " + value for name, value in request.headers]
        lines += [b"Host: " + self._host.encode(), b"Connection: close"]
        lines += [b"Content-Length: %d" % len(request.body)] if request.body else []
        try:
            writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + request.body)
            answer = await reader.read(-1)
        except ConnectionError:
            # The site may close before it has read a body that it refuses.
            return 499, b""
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        # Without an answer: what is no HTTP, or a websocket that was refused.
        return int(head[9:12] or 499), body

    def _learn(self, path: bytes, page: str) -> None:
        for link in re.findall(r'href="[^"?]*\?([^"]*)"', page)[:50]:
            self._queries[path] |= {name for name, _ in parse_qsl(html.unescape(link))}
        for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page)[:200]:
            name = re.search(r'\bname="([^"]+)"', tag)
            value = re.search(r'\bvalue="([^"]*)"', tag)
            if name and name[1] != "csrfmiddlewaretoken":
                self._fields[path][html.unescape(name[1])] = (
                    html.unescape(value[1]) if value else ""
                )


async def fuzzed(cases: int, seed: int) -> tuple[Findings, list[str]]:
    """The findings in so many requests to a site of its own, and the tracebacks in its log."""
    async with Site() as site:
        printed = await site.run("shell", "-c", _PREPARE)
        prepared = json.loads(re.findall(r"^PREPARED (.*)$", printed, re.MULTILINE)[0])
        fuzzer = Fuzzer(site, prepared, seed)
        await fuzzer.run(cases)
        return fuzzer.found, site.tracebacks()


def main() -> int:
    """Fuzz and show; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found, tracebacks = asyncio.run(fuzzed(options.cases, options.seed))
    figures: dict[str, object] = {
        "requests": f"{found.statuses.total():,}",
        "of status": ", ".join(f"{status}: {n}" for status, n in sorted(found.statuses.items())),
        "wrong": len(found.wrong),
        "tracebacks in the log": len(tracebacks),
    }
    show(f"fuzz_pages, seed {options.seed}", figures)
    for each in [*found.wrong[:20], *sorted(set(tracebacks))[:20]]:
        sys.stdout.write(f"{each}\n")
    return int(bool(found.wrong or tracebacks))


if __name__ == "__main__":
    sys.exit(main())
