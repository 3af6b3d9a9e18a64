"""The running site of many seeds: one process on SQLite, or two on PostgreSQL with Redis."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.bench.chaos.plan import SCRIPTS, Plan
from tests.bench.chaos.records import Database, PostgresDatabase, SqliteDatabase
from tests.bench.chaos.site_program import set_clock
from tests.bench.site import PASSWORD, Site, migrate_quickly
from tests.bench.upstream import Upstream
from tests.empty_database import FILE_NAME
from tests.postgres import PostgresServer, postgres_server
from tests.redis_server import RedisServer

# A full disk is one that is as small as this.
DISK_MB = 192
PROGRAM = ("-m", "tests.bench.chaos.site_program")
_FURNISH = """
import json, time
from django.contrib.auth.hashers import make_password
from conversations.accounts import api_keys
from conversations.models import LanguageModel, Rule, User
password, made = make_password({password!r}), {{}}
for name, limits in json.loads({people!r}).items():
    user = User.objects.create(username=name, email=f"{{name}}@example.org", password=password)
    for measure, limit in limits.items():
        Rule.objects.create(user=user, measure=measure, period="total", limit=limit)
    made[name] = (user.pk, api_keys.create(user, api_keys.KeyChoices("chaos"))[1])
models = LanguageModel.objects.usable().filter(name__in={models!r})
while models.count() < {number}:
    time.sleep(0.05)
models.update(keeps_api_content=True)
print(json.dumps(made))
"""


class Made(NamedTuple):
    """The id and the API key of a user."""

    id: int
    key: str


class Stage:
    """A site that runs for many seeds, with accounts of their own for each."""

    sites: list[Site]
    database: Database
    redis: RedisServer | None = None
    postgres: PostgresServer | None = None
    address = ""
    disk: Path | None = None

    def __init__(self, plans: Sequence[Plan], broken: str = "") -> None:
        self._plans = plans
        self._broken = broken
        self._stack = AsyncExitStack()
        self.sites = []
        self.people: dict[str, Made] = {}
        # One fault at a time of those that take away a process or the database.
        self.restarting = asyncio.Lock()
        self.redis_changing = asyncio.Lock()
        self.disk_changing = asyncio.Lock()
        self._place = Path(tempfile.mkdtemp(prefix="parley-chaos-"))

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.callback(shutil.rmtree, self._place, ignore_errors=True)
            upstream = await stack.enter_async_context(Upstream())
            await self._open(stack, upstream)
            stack.callback(self.database.close)
            await self._furnish()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack, upstream: Upstream) -> None:
        raise NotImplementedError

    async def _site(
        self, stack: AsyncExitStack, upstream: Upstream, settings: Mapping[str, str]
    ) -> None:
        number = len(self.sites)
        clock = {"CHAOS_CLOCK": str(self._clock(number)), "CHAOS_BREAK": self._broken}
        self.set_clock(number, 0.0)
        site = Site(upstream.address, program=PROGRAM, settings={**settings, **clock})
        self.sites.append(await stack.enter_async_context(site))

    def _clock(self, number: int) -> Path:
        return self._place / f"clock-{number}"

    def set_clock(self, number: int, seconds: float) -> None:
        """Set the clock of one process wrong by that, or right."""
        set_clock(str(self._clock(number)), seconds)

    async def _furnish(self) -> None:
        people = {
            person.name: {"requests": person.requests, "tokens": person.tokens}
            for plan in self._plans
            for person in plan.people
        }
        models = list(SCRIPTS)
        code = _FURNISH.format(
            password=PASSWORD, people=json.dumps(people), models=models, number=len(models)
        )
        made: dict[str, Any] = json.loads(
            (await self.sites[0].run("shell", "-c", code)).split("\n")[-2]
        )
        self.people = {name: Made(*values) for name, values in made.items()}

    def tracebacks(self) -> Iterable[str]:
        """The last lines of all tracebacks in the logs."""
        return [line for site in self.sites for line in site.tracebacks()]


class SqliteStage(Stage):
    """One process, whose data folder is a small disk of its own where the run may mount one."""

    async def _open(self, stack: AsyncExitStack, upstream: Upstream) -> None:
        data = self._place / "data"
        data.mkdir()
        if os.geteuid() == 0 and _mounted(data):
            stack.callback(subprocess.run, ["umount", "--lazy", data], check=True)
            self.disk = data
        migrate_quickly(data)
        await self._site(stack, upstream, {"DATA_DIR": str(data)})
        self.database = SqliteDatabase(data / FILE_NAME)


class PostgresStage(Stage):
    """Two processes on one PostgreSQL database, with Redis."""

    async def _open(self, stack: AsyncExitStack, upstream: Upstream) -> None:
        # What was committed has to survive a crash of the server.
        self.postgres = stack.enter_context(postgres_server(synchronous_commit="on"))
        self.address = f"{self.postgres.address}/postgres"
        program = shutil.which("redis-server")
        assert program is not None, "Redis is not installed."
        self.redis = RedisServer(program)
        self.redis.start()
        stack.callback(self.redis.end)
        data = self._place / "data"
        data.mkdir()
        settings = {
            "DATABASE_URL": self.address, "REDIS_URL": self.redis.url,
            "DATA_DIR": str(data),
        }  # fmt: skip
        for _ in range(2):
            await self._site(stack, upstream, settings)
        self.database = PostgresDatabase(self.address)


def _mounted(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
