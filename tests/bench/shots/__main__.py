"""Take pictures of every page and open state: `python -m tests.bench.shots`.

The site is `manage.py serve`, its contents are those of `furnish.py` and the answers come from the
scripted upstream, so that the pictures of two versions can be compared. They are in six settings,
light and dark, 1440, 1024 and 390 pixels wide, in `build/shots/`; `index.html` there shows them
side by side. Exit code 1 when a page could not be brought into the state that it is named for.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page, expect

from tests.bench.process import ROOT
from tests.bench.shots.index import write_index
from tests.bench.shots.scenes import SCENES, Shown
from tests.bench.shots.tour import PATIENCE_MS, PHONE, Device, tour

SIZES = ((1440, 900), (1024, 768))


async def take(folder: Path, scenes: Sequence[Shown], devices: Sequence[Device]) -> list[str]:
    """Take the pictures; gives what failed."""

    async def picture(page: Page, name: str, setting: str) -> None:
        file = folder / f"{name}-{setting}.png"
        await page.screenshot(path=file, full_page=True, animations="disabled")

    return await tour(scenes, devices, picture)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Take pictures of every page and open state.")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "shots")
    parser.add_argument("--only", default="", help="pages whose name begins with this")
    parser.add_argument("--scale", type=int, default=1, help="2 for pictures of documents")
    options = parser.parse_args()
    scenes = [each for each in SCENES if each.name.startswith(options.only)]
    expect.set_options(timeout=PATIENCE_MS)
    options.folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    scale = {"device_scale_factor": options.scale}
    devices = Device("desk", SIZES, scale), Device("phone", ((390, 844),), {**PHONE, **scale})
    failed = asyncio.run(take(options.folder, scenes, devices))
    settings = [setting for device in devices for setting in device.settings]
    index = write_index(options.folder, [each.name for each in scenes], settings)
    print("\n".join(failed))  # noqa: T201
    print(f"{index}, in {time.monotonic() - began:.0f} s")  # noqa: T201
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
