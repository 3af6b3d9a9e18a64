"""The clients of the API, one after the other, against a site of our own.

python -m tests.clients
python -m tests.clients litellm ai.js

Each prints what failed; the table at the end has a line for each.
"""

import argparse
import asyncio
import os
import re
import sys
from pathlib import Path

from tests.bench.process import ROOT
from tests.bench.site import Site
from tests.bench.table import show
from tests.bench.upstream import Upstream
from tests.clients.models import MODEL, SLASHED
from tests.test_javascript import node

FOLDER = Path(__file__).parent
PYTHON = ROOT / "build" / "clients" / "bin" / "python"
PACKAGES = (
    "langchain", "openai_python", "litellm", "instructor", "pydantic_ai", "openai_agents", "llm"
)  # fmt: skip
CLIENTS = {name: FOLDER / f"{name}.py" for name in PACKAGES} | {
    name: ROOT / "tests" / "api" / "js" / name for name in ("openai.js", "ai.js")
}
# Otherwise litellm asks the network for its table of prices, and tries again when there is none.
OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
# The last lines of pytest, and those of Node in the TAP format.
_SUMMARY = r"(\d+ (?:passed|failed|skipped|errors?))\b"
COUNTS = re.compile(rf"{_SUMMARY}|^# (pass|fail) (\d+)", re.MULTILINE)
# A model that takes ``reasoning_effort``, one with a slash in its name, and a short patience.
FURNISH = f"""
from conversations.models import LanguageModel, Provider
Provider.objects.update(first_word_seconds=1)
LanguageModel.objects.filter(name={MODEL!r}).update(reasons=True)
LanguageModel.objects.filter(name="siliconflow").update(name={SLASHED!r})
"""


async def main() -> int:
    """Run the clients that are named, or all; 0 if none of their tests fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clients", nargs="*", help=f"of {', '.join(CLIENTS)}")
    names = parser.parse_args().clients or list(CLIENTS)
    async with Upstream() as upstream, Site(upstream.address) as site:
        await site.furnish(["alice"], MODEL)
        await site.run("shell", "-c", FURNISH)
        key = (await site.run("create_api_key", "alice", "--name", "clients")).strip()
        variables = {**os.environ, **OFFLINE, "BASE_URL": f"{site.url}/v1", "API_KEY": key}
        ended = {name: await _run(CLIENTS[name], variables) for name in names}
        tracebacks = site.tracebacks()
    show("clients", {**ended, "tracebacks in the site's log": len(tracebacks)})
    return int(bool(tracebacks) or any(said.startswith("FAILED") for said in ended.values()))


async def _run(program: Path, variables: dict[str, str]) -> str:
    """The outcome of the tests of a client; what they print is shown if one of them fails."""
    process = await asyncio.create_subprocess_exec(
        *_command(program), cwd=ROOT, env=variables,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed = (await process.communicate())[0].decode()
    if process.returncode:
        sys.stdout.write(f"\n{program.name}\n{printed}")
    found = [one or f"{count} {word}ed" for one, word, count in COUNTS.findall(printed)]
    return f"{'FAILED' if process.returncode else 'passed'}: {', '.join(found)}"


def _command(program: Path) -> list[str]:
    if program.suffix == ".js":
        return [node() or "node", "--test", "--test-reporter=tap", str(program)]
    settings = ["-c", str(FOLDER / "pytest.ini"), "--confcutdir", str(FOLDER)]
    return [str(PYTHON), "-m", "pytest", *settings, str(program)]


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
