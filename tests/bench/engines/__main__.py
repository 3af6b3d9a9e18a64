"""The main flow of the site in Chromium, Firefox and WebKit, one after the other.

python -m tests.bench.engines
python -m tests.bench.engines firefox webkit --pictures build/browsers

A browser that is not there is left out, and a line says so: Debian has Firefox as `firefox-esr`,
and WebKit as `webkit2gtk-driver`, which needs `xvfb`. The site is `manage.py serve`, the model a
scripted one. A step that fails leaves a picture of the page in `build/browsers/`.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Error

from tests.bench.engines.chromium import NAMES as CHROMIUM_NAMES
from tests.bench.engines.chromium import Chromium
from tests.bench.engines.engine import Engine
from tests.bench.engines.firefox import NAMES as FIREFOX_NAMES
from tests.bench.engines.firefox import Firefox
from tests.bench.engines.flow import STEPS
from tests.bench.engines.pictures import take
from tests.bench.engines.visit import Failure, Restart, Visit
from tests.bench.engines.webkit import DRIVER, WebKit, small_browser
from tests.bench.process import ROOT
from tests.bench.site import Site
from tests.bench.table import show
from tests.upstreams.scripted import scripted_thread

SIZE = 1280, 800
FAILED = ROOT / "build" / "browsers"
MODELS = ("good", "siliconflow", "demo")
_FURNISH = f"""
from conversations.models import LanguageModel
LanguageModel.objects.exclude(name__in={MODELS!r}).update(enabled=False)
"""


def _chromium() -> Engine | None:
    program = os.environ.get("CHROMIUM") or _first_of(CHROMIUM_NAMES)
    return Chromium(program) if program else None


def _firefox() -> Engine | None:
    program = _first_of(FIREFOX_NAMES)
    return Firefox(program) if program else None


def _webkit() -> Engine | None:
    browser = small_browser() if shutil.which(DRIVER) and shutil.which("xvfb-run") else None
    return WebKit(browser) if browser else None


def _first_of(names: Sequence[str]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


ENGINES = {"chromium": _chromium, "firefox": _firefox, "webkit": _webkit}


async def _visit(name: str, pictures: Path | None) -> str:
    """The outcome of the flow in one browser."""
    with scripted_thread() as upstream:
        async with Site(upstream.address) as site:
            await site.furnish(["alice"], MODELS[0])
            await site.run("shell", "-c", _FURNISH)
            restart = _restarting(site, asyncio.get_running_loop())

            def run() -> str:
                engine = ENGINES[name]()
                if engine is None:
                    return "not installed"
                with closing(engine):
                    return _flow(Visit(engine, site.url, upstream, restart), pictures)

            # In a thread: Playwright's calls that wait refuse to share one with a loop.
            said = await asyncio.to_thread(run)
            return f"{said}, FAILED with tracebacks" if site.tracebacks() else said


def _restarting(site: Site, loop: asyncio.AbstractEventLoop) -> Restart:
    async def without_site(meanwhile: Callable[[], None]) -> None:
        await site.end()
        await asyncio.to_thread(meanwhile)
        await site.start()

    def restart(meanwhile: Callable[[], None]) -> None:
        asyncio.run_coroutine_threadsafe(without_site(meanwhile), loop).result()

    return restart


def _flow(visit: Visit, pictures: Path | None) -> str:
    began = time.monotonic()
    visit.engine.resize(*SIZE)
    for step in STEPS:
        try:
            step(visit)
        except (Failure, RuntimeError, OSError, Error) as failure:
            picture = f"{visit.engine.name.lower()}-{step.__name__}-failed.png"
            FAILED.mkdir(parents=True, exist_ok=True)
            visit.engine.picture(FAILED / picture)
            return f"FAILED {step.__name__}: {failure}"
        sys.stdout.write(f"{visit.engine.name}: {step.__name__}\n")
        sys.stdout.flush()
    if pictures:
        take(visit, pictures)
    return f"passed: {len(STEPS)} steps in {time.monotonic() - began:.0f} s"


def main() -> int:
    """Run from the command line; 0 if no step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", help=f"of {', '.join(ENGINES)}")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of each browser")
    given = parser.parse_args()
    names = given.engines or list(ENGINES)
    ended = {name: asyncio.run(_visit(name, given.pictures)) for name in names}
    show("browsers", ended)
    return int(any("FAILED" in said for said in ended.values()))


if __name__ == "__main__":
    sys.exit(main())
