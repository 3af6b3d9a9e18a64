"""A real Prometheus reads two processes of a site under load, with the files that operators get."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from tests.bench.browser import Refused
from tests.bench.process import ROOT
from tests.processes import Processes, processes
from tests.prometheus_server import FILES, Prometheus, prometheus

TOKEN = "a token of the scraper"
AS_SCRAPER = {"Authorization": f"Bearer {TOKEN}"}
DASHBOARD = ROOT / "deploy" / "grafana" / "parley.json"
ALERT_TESTS = ROOT / "tests" / "chatsite" / "alerts.yml"
_VARIABLES = {"$job": "parley", "$instance": ".*", "$__rate_interval": "10s"}
_SELECTOR = re.compile(r"\b(?:parley_|process_|up\b)[a-z_]*(?:\{[^}]*\})?")
# Enough for two scrapes of what happens once a round.
ROUNDS, ROUND_SECONDS = 30, 0.4


def promtool(*arguments: object, text: str | None = None) -> None:
    """Run promtool, which must find nothing wrong."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed; on Debian: apt-get install prometheus.")
    command = [program, *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_valid_and_each_alert_fires_for_what_it_is_about() -> None:
    promtool("check", "rules", "--lint=all", FILES / "parley.rules.yml")
    promtool("test", "rules", ALERT_TESTS)


def test_each_alert_has_a_test() -> None:
    alerts = set(re.findall(r"alert: (\w+)", (FILES / "parley.rules.yml").read_text()))
    assert set(re.findall(r"Parley\w+", ALERT_TESTS.read_text())) == alerts


def dashboard_queries() -> list[str]:
    """The queries of the dashboard, with its variables filled in."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    return [_filled(query) for query in queries]


def _filled(query: str) -> str:
    for name, value in _VARIABLES.items():
        query = query.replace(name, value)
    return query


def selectors_of(rules: list[dict[str, Any]]) -> Iterator[str]:
    """The time series that alerts look at."""
    for rule in rules:
        yield from _SELECTOR.findall(rule["query"])


async def use(two: Processes, http: aiohttp.ClientSession) -> None:
    """Something of everything that a site does, once."""
    for site, tab in zip(two.sites, two.tabs, strict=True):
        for model in ("good", "500"):
            await tab.finished((await tab.send("tokens=3", model))["generation_id"])
        with suppress(Refused):
            await tab.send("Hi", "no such model")
        async with http.get(f"{site.url}/accounts/login/") as page:
            assert page.status == 200


async def lacking(server: Prometheus, queries: list[str]) -> list[str]:
    """The queries that give no number."""
    return [query for query in queries if not await server.query(query)]


async def watch(two: Processes, http: aiohttp.ClientSession) -> None:
    """Use the site until every query gives data, and look at the alerts then."""
    targets = [site.url.removeprefix("http://") for site in two.sites]
    async with prometheus(targets, TOKEN) as server:
        without = dashboard_queries()
        for _ in range(ROUNDS):
            await use(two, http)
            await asyncio.sleep(ROUND_SECONDS)
            if not (without := await lacking(server, without)):
                break
        assert without == []
        rules = await server.rules()
        assert {rule["health"] for rule in rules} == {"ok"}
        assert await lacking(server, list(selectors_of(rules))) == []
        assert await server.query("count by (alertname) (ALERTS{alertstate='firing'})") == []


@pytest.mark.long
def test_every_query_of_the_dashboard_and_the_rules_gives_data(
    postgres_site: dict[str, str],
) -> None:
    async def work() -> str:
        async with processes(postgres_site, METRICS_TOKEN=TOKEN) as two:
            limit = "from conversations.models import Provider as P; P.objects.update({}=9)"
            await two.sites[0].run("shell", "-c", limit.format("max_concurrent"))
            async with aiohttp.ClientSession() as http:
                await watch(two, http)
                metrics = f"{two.sites[0].url}/metrics"
                async with http.get(metrics, headers=AS_SCRAPER) as answer:
                    return await answer.text()

    promtool("check", "metrics", text=asyncio.run(work()))
