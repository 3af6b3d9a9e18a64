"""A Prometheus of the tests' own, on loopback, with the configuration that operators are given."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.bench.process import ROOT
from tests.bench.process import Process as Server
from tests.bench.site import free_port

FILES = ROOT / "deploy" / "prometheus"


class Prometheus:
    """A running server."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http

    async def query(self, expression: str) -> list[float]:
        """The values of an expression now, without those that are no numbers."""
        found = (await self._get("query", query=expression))["result"]
        values = [float(each["value"][1]) for each in found]
        return [each for each in values if each == each]  # noqa: PLR0124 - not a number

    async def rules(self) -> list[dict[str, Any]]:
        """The alert rules with their states."""
        groups = (await self._get("rules"))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def _get(self, path: str, **fields: str) -> dict[str, Any]:
        async with self._http.get(f"{self._url}/api/v1/{path}", params=fields) as answer:
            reply = await answer.json()
            assert reply["status"] == "success", (fields, reply)
            data: dict[str, Any] = reply["data"]
            return data


@asynccontextmanager
async def prometheus(targets: Sequence[str], token: str) -> AsyncIterator[Prometheus]:
    """A server that reads the metrics of these processes twice a second."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("Prometheus is not installed; on Debian: apt-get install prometheus.")
    place = Path(tempfile.mkdtemp(prefix="parley-prometheus-"))
    (place / "parley.rules.yml").write_text((FILES / "parley.rules.yml").read_text())
    (place / "token").write_text(token)
    (place / "prometheus.yml").write_text(_configuration(targets, place / "token"))
    port = free_port()
    server = Server(
        "-c", f"import os; os.execv({program!r}, {_command(program, place, port)!r})",
        port=port, log=place / "log",
    )  # fmt: skip
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Prometheus(f"http://127.0.0.1:{port}", http)
    finally:
        with suppress(ProcessLookupError):
            await server.kill()
        shutil.rmtree(place, ignore_errors=True)


def _command(program: str, place: Path, port: int) -> list[str]:
    return [
        program,
        f"--config.file={place / 'prometheus.yml'}",
        f"--storage.tsdb.path={place / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]


def _configuration(targets: Sequence[str], token: Path) -> str:
    text = (FILES / "prometheus.yml").read_text()
    text = text.replace("15s", "500ms").replace("/etc/prometheus/parley-token", str(token))
    lines = [line for line in text.splitlines() if not line.strip().startswith("- 127.0.0.1:")]
    return "\n".join([*lines, *(f"          - {each}" for each in targets), ""])
