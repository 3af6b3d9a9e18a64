"""The site as operators run it: `manage.py serve`, a process with its own data and port."""

import asyncio
import re
import secrets
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Self

import aiohttp

from tests.bench.process import ROOT, START_SECONDS, Process
from tests.collected_files import collected_files
from tests.empty_database import FILE_NAME, empty_database
from tests.made_once import own_environment

PASSWORD = "a quiet afternoon"
# One process for all of it: starting Django costs more than what it does here.
_FURNISH = """
import time
from django.contrib.auth.hashers import make_password
from conversations.models import LanguageModel, User
password = make_password({password!r})
for name in {names!r}:
    User.objects.create(username=name, email=f"{{name}}@example.org", password=password)
while not LanguageModel.objects.usable().filter(name={model!r}).exists():
    time.sleep(0.05)
"""


class Site(Process):
    """One site. ``url`` stays the same over restarts, as do its data.

    ``settings`` are environment variables, such as the database that several processes share.
    ``code`` is the folder of another release.
    """

    def __init__(
        self,
        upstream: str = "",
        *,
        local_model: str = "off",
        program: Sequence[str] = ("manage.py",),
        settings: Mapping[str, str] | None = None,
        code: Path = ROOT,
        port: int | None = None,
    ) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="parley-bench-"))
        migrate_quickly(self.place)
        self.log = self.place / "site.log"
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._variables = _variables(self.place, port, upstream, local_model) | (settings or {})
        super().__init__(
            *program, "serve", port=port, environment=self._variables, log=self.log, code=code
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.end()
        rmtree(self.place, ignore_errors=True)

    async def furnish(self, names: Sequence[str], model: str) -> str:
        """Make accounts of those names, whose password is ``PASSWORD``, and wait for the model,
        which the site asks its upstream for at start. Gives the model's name."""
        code = _FURNISH.format(names=list(names), password=PASSWORD, model=model)
        async with asyncio.timeout(START_SECONDS):
            await self.run("shell", "-c", code)
        return model

    async def run(self, *arguments: str) -> str:
        """The output of a command of `manage.py` beside the running site."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "manage.py", *arguments,
            cwd=self._code, env=self._variables,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed, complaint = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {complaint.decode()}")
        return printed.decode()

    def tracebacks(self) -> list[str]:
        """The last lines of the tracebacks in the site's log."""
        pattern = r"^Traceback .*?\n(\S[^\n]*)$"
        return re.findall(pattern, self.log.read_text(), re.MULTILINE | re.DOTALL)


def migrate_quickly(place: Path) -> None:
    """Put a database without any content into a site's data folder before its first start, which
    would take seconds to make it."""
    copyfile(empty_database(), place / FILE_NAME)


def free_port() -> int:
    """A port of loopback that nobody listens on just now.

    Below those that outgoing connections get: a browser that keeps trying while the site is down
    could otherwise be given this port as its own, and take it. By the system's chance, because
    every worker whose tests seed Python's with the same number would otherwise draw the same port.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _variables(place: Path, port: int, upstream: str, local_model: str) -> dict[str, str]:
    return own_environment(
        DATA_DIR=str(place),
        LOCAL_MODEL=local_model,
        PORT=str(port),
        STATIC_ROOT=str(collected_files()),
        UPSTREAM_API_KEY="sk-scripted-canary" if upstream else "",
        UPSTREAM_BASE_URL=upstream,
    )


async def sign_in(site_url: str, name: str, http: aiohttp.ClientSession) -> None:
    """Sign in as a browser does; the session's cookies are in ``http`` afterwards."""
    async with http.get(f"{site_url}/accounts/login/") as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', await page.text())
    assert token is not None, "The sign-in page has no form."
    form = {"csrfmiddlewaretoken": token[1], "login": name, "password": PASSWORD}
    address = f"{site_url}/accounts/login/"
    headers = {"Referer": address, "Origin": site_url}
    async with http.post(address, data=form, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 302, f"{name} could not sign in: {answer.status}"
