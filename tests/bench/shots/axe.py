"""axe-core on every page and open state: `make axe`.

The pages are those of `scenes.py`, light and dark, 1280 and 360 pixels wide. Exit code 1 when a
page violates a rule, or could not be brought into the state that it is named for.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from playwright.async_api import Page, expect

from tests.bench.shots.scenes import SCENES, Shown
from tests.bench.shots.tour import PATIENCE_MS, PHONE, Device, tour
from tests.browser.axe import IS_THERE, RUN, SOURCE

DEVICES = Device("desk", ((1280, 800),)), Device("phone", ((360, 780),), PHONE)


async def violations(scenes: Sequence[Shown]) -> list[str]:
    """Every violation, with its page and setting, and the pages that did not open."""
    found: list[str] = []

    async def look(page: Page, name: str, setting: str) -> None:
        if not await page.evaluate(IS_THERE):
            # Evaluated, because the page's policy refuses an added script.
            await page.evaluate(SOURCE.read_text(encoding="utf-8"))
        for fault in await page.evaluate(RUN):
            found.append(f"{name} {setting}: {fault}")
            print(found[-1], flush=True)  # noqa: T201

    failed = await tour(scenes, DEVICES, look)
    print("\n".join(failed))  # noqa: T201
    return failed + found


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Look for violations on every page.")
    parser.add_argument("--only", default="", help="pages whose name begins with this")
    expect.set_options(timeout=PATIENCE_MS)
    scenes = [each for each in SCENES if each.name.startswith(parser.parse_args().only)]
    found = asyncio.run(violations(scenes))
    print(f"{len(found)} faults on {len(scenes)} pages")  # noqa: T201
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
