"""Wrong passwords for one account from many addresses, over restarts of the site.

    python -m tests.bench.guessing --addresses 10000

The passwords that are compared, and not refused unseen, are counted: they must be as many as one
address alone is permitted. The yardstick is the sign-in page itself, asked in the same way.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import aiohttp

from tests.bench.process import Process
from tests.bench.site import PASSWORD, free_port, migrate_quickly
from tests.bench.table import milliseconds, percentile, show
from tests.collected_files import collected_files

PERMITTED = 10
AT_ONCE = 4
_ACCOUNTS = f"""
from conversations.models import User
for name in ("alice", "bob"):
    User.objects.create_user(name, f"{{name}}@example.org", {PASSWORD!r})
"""
_ROWS = """
import json
from conversations.models import FailedAttempts
all = FailedAttempts.objects
print(json.dumps([all.count(), all.filter(slot__startswith="password/account").count()]))
"""


@dataclass
class Figures:
    """The result of the guesses."""

    answers: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)
    owner: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    rows_of_accounts: int = 0

    @property
    def are_right(self) -> bool:
        """True if the lock held, and held nobody out who is known."""
        compared = self.answers[200] == PERMITTED
        return compared and self.owner == {"stranger": 429, "known device": 302}


class Server(Process):
    """One process of the site, behind a proxy that it trusts."""

    def __init__(self, environment: Mapping[str, str], name: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/accounts/login/"
        place = Path(environment["DATA_DIR"])
        variables = {
            **environment, "PORT": str(port), "TRUSTED_PROXIES": "1", "LOCAL_MODEL": "off",
            "STATIC_ROOT": str(collected_files()),
        }  # fmt: skip
        super().__init__(
            "manage.py", "serve", port=port, environment=variables, log=place / f"{name}.log"
        )
        self.variables = variables

    async def manage(self, *arguments: str) -> str:
        """The output of a command of `manage.py`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "manage.py", *arguments, env=self.variables,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed, _ = await process.communicate()
        assert process.returncode == 0
        return printed.decode()


class Guesser:
    """A program that sends sign-in forms, each from another address."""

    def __init__(self, http: aiohttp.ClientSession, figures: Figures) -> None:
        self._http = http
        self._figures = figures
        self._token = ""

    async def page(self, server: Server) -> None:
        """Get the form, with the token that it needs."""
        began = time.monotonic()
        async with self._http.get(server.url) as answer:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', await answer.text())
        assert token is not None
        self._token = token[1]
        self._figures.page_seconds.append(time.monotonic() - began)

    async def guess(
        self, server: Server, address: str, password: str = "a guess", cookies: str = ""
    ) -> tuple[int, str]:
        """The status of a sign-in as Alice, and the cookie of the device that it made known."""
        form = {"login": "alice", "password": password, "csrfmiddlewaretoken": self._token}
        headers = {
            "X-Forwarded-For": address,
            "Origin": server.url.removesuffix("/accounts/login/"),
        }
        jar = {"device": cookies} if cookies else None
        async with self._http.post(
            server.url, data=form, headers=headers, cookies=jar, allow_redirects=False
        ) as answer:
            await answer.read()
            device = answer.cookies.get("device")
            return answer.status, device.value if device else ""


def address_of(number: int) -> str:
    """One of many addresses; every second one is of IPv6."""
    if number % 2:
        return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


async def run(
    environment: Mapping[str, str], addresses: int, names: Sequence[str] = ("one",)
) -> Figures:
    """Guess from so many addresses at the processes of those names, which are killed meanwhile and
    started anew."""
    figures = Figures()
    servers = [Server(environment, name) for name in names]
    try:
        await servers[0].start()
        await servers[0].manage("shell", "-v", "0", "-c", _ACCOUNTS)
        for other in servers[1:]:
            await other.start()
        known = await _known_device(servers[0])
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            guesser = Guesser(http, figures)
            # As few as that the lock has not begun when the process dies.
            await _guess_all(guesser, servers[:1], range(PERMITTED // 2), figures)
            await _kill_and_start(servers[0])
            await _guess_all(guesser, servers, range(PERMITTED // 2, addresses), figures)
            await _kill_and_start(servers[-1])
            await _sign_in_as_owner(guesser, servers, known, figures)
        figures.rows, figures.rows_of_accounts = json.loads(
            await servers[0].manage("shell", "-v", "0", "-c", _ROWS)
        )
    finally:
        for server in servers:
            await server.end()
    return figures


async def _kill_and_start(server: Server) -> None:
    await server.kill()
    await server.start()


async def _sign_in_as_owner(
    guesser: Guesser, servers: Sequence[Server], known: str, figures: Figures
) -> None:
    await guesser.page(servers[-1])
    figures.owner["stranger"], _ = await guesser.guess(servers[-1], "192.0.2.1", PASSWORD)
    figures.owner["known device"], _ = await guesser.guess(servers[0], "192.0.2.2", PASSWORD, known)


async def _known_device(server: Server) -> str:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        guesser = Guesser(http, Figures())
        await guesser.page(server)
        status, device = await guesser.guess(server, "192.0.2.3", PASSWORD)
        assert status == 302
        return device


async def _guess_all(
    guesser: Guesser, servers: Sequence[Server], numbers: range, figures: Figures
) -> None:
    waiting = iter(numbers)
    await guesser.page(servers[0])

    async def go_on() -> None:
        for number in waiting:
            began = time.monotonic()
            status, _ = await guesser.guess(servers[number % len(servers)], address_of(number))
            figures.seconds.append(time.monotonic() - began)
            figures.answers[status] += 1
            if number % 20 == 0:
                await guesser.page(servers[0])

    await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))


def _environment(place: Path) -> dict[str, str]:
    migrate_quickly(place)
    return {**os.environ, "DATA_DIR": str(place), "DJANGO_SETTINGS_MODULE": "chatsite.settings"}


def main() -> None:
    """Print the figures; fail if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=10_000)
    addresses = parser.parse_args().addresses
    place = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    environment = _environment(place)
    before = _size(place)
    figures = asyncio.run(run(environment, addresses))
    grown = _size(place) - before
    rmtree(place, ignore_errors=True)
    show(
        f"Wrong passwords for one account, from {addresses:,} addresses",
        {
            "passwords compared": figures.answers[200],
            "refused unseen": figures.answers[429],
            "answers of any other kind": addresses - figures.answers[200] - figures.answers[429],
            "the owner, elsewhere, with the right password": figures.owner["stranger"],
            "the owner, on a known device": figures.owner["known device"],
            "rows of counts, of accounts": f"{figures.rows}, {figures.rows_of_accounts}",
            "growth of the database": f"{grown / 1e6:.1f} MB",
            "p50 of a guess": milliseconds(percentile(figures.seconds, 50)),
            "p99 of a guess": milliseconds(percentile(figures.seconds, 99)),
            "p50 of the sign-in page, for comparison": milliseconds(
                percentile(figures.page_seconds, 50)
            ),
        },
    )
    if not figures.are_right:
        sys.exit("More passwords were compared than may be, or the owner was locked out.")


def _size(place: Path) -> int:
    return sum(file.stat().st_size for file in place.glob("parley.sqlite3*"))


if __name__ == "__main__":
    main()
