"""The API against its own description: ten thousand requests that it allows, or just does not.

python -m tests.bench.fuzz_api --cases 10000

Schemathesis makes the requests and looks at each answer: no 500, and no status, header, type or
body that the description does not have; and what the description forbids must be refused. Of what
it allows, requests may be refused for what no schema can say: two functions of one name, and a
JSON schema that is none.
"""

import argparse
import asyncio
import json
import os
import re
import sys
from pathlib import Path

import aiohttp

from tests.bench.process import ROOT
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream

MODEL = "good"
# A model that takes every field, so that what the description allows is not refused by it.
TAKES_ALL = f"""
from conversations.models import LanguageModel
LanguageModel.objects.filter(name={MODEL!r}).update(reasons=True)
"""
# Each operation is tried with so many examples, and in scenarios with those beside it; how many
# requests that makes is counted in the end.
CASES_AN_EXAMPLE = 6
COUNTED = re.compile(r"Test cases:\s*([\d,]+) generated")


async def main() -> int:
    """Fuzz a site of our own; 0 if nothing was found in at least so many cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    async with Upstream() as upstream, Site(upstream.address) as site:
        await site.furnish(["alice"], MODEL)
        await site.run("shell", "-c", TAKES_ALL)
        key = (await site.run("create_api_key", "alice", "--name", "fuzz")).strip()
        described = await _described(site)
        found = await _fuzzed(site, key, described, options)
        tracebacks = site.tracebacks()
    cases = int(COUNTED.search(found[1])[1].replace(",", "")) if COUNTED.search(found[1]) else 0
    show("fuzz_api", {"cases": f"{cases:,}", "tracebacks in the log": len(tracebacks)})
    return 0 if found[0] == 0 and cases >= options.cases and not tracebacks else 1


async def _described(site: Site) -> Path:
    """The description as it is served, with the one model that there is in place of any."""
    async with aiohttp.ClientSession() as http, http.get(f"{site.url}/v1/openapi.json") as answer:
        description = await answer.json()
    request = description["components"]["schemas"]["ChatCompletionRequest"]
    request["properties"]["model"] = {"enum": [MODEL]}
    place = site.place / "openapi.json"
    place.write_text(json.dumps(description))
    return place


async def _fuzzed(
    site: Site, key: str, described: Path, options: argparse.Namespace
) -> tuple[int, str]:
    """The exit status of Schemathesis and what it printed."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "run", str(described),
        "--url", f"{site.url}/v1",
        "--header", f"Authorization: Bearer {key}",
        "--checks", "all", "--exclude-checks", "positive_data_acceptance",
        "--max-examples", str(options.cases // CASES_AN_EXAMPLE),
        "--seed", str(options.seed),
        "--generation-database", "none",
        "--suppress-health-check", "all",
        # Two keys in one request are refused, which no description can say.
        "--generation-with-security-parameters", "false",
        "--warnings", "off",
        "--no-color",
        cwd=site.place, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    printed = []
    async for line in process.stdout:
        printed.append(line.decode())
        sys.stdout.write(printed[-1])
    return await process.wait(), "".join(printed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
