"""Take pictures of every page and open state: `python -m tests.bench.shots`.

The site is `manage.py serve`, its contents are those of `furnish.py` and the answers come from the
scripted upstream, so that the pictures of two versions can be compared. They are in six settings,
light and dark, 1440, 1024 and 390 pixels wide, in `build/shots/`; `index.html` there shows them
side by side. Exit code 1 when a page could not be brought into the state that it is named for.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright, expect

from tests.bench.first_token import launched
from tests.bench.pictures.scene import Scene
from tests.bench.process import ROOT
from tests.bench.shots.index import write_index
from tests.bench.shots.scenes import SCENES, Shown

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
# A phone is one: its pages are loaded as such, and answer to touch.
DEVICES: dict[str, tuple[dict[str, Any], list[tuple[int, int]]]] = {
    "desk": ({}, [(1440, 900), (1024, 768)]),
    "phone": ({"has_touch": True, "is_mobile": True}, [(390, 844)]),
}
SETTINGS = [
    f"{width}-{theme}"
    for _options, sizes in DEVICES.values()
    for width, _height in sizes
    for theme in THEMES
]
# After a change of the theme diagrams are drawn again; a picture is not a test, and may wait.
SETTLE_MS = 250
PATIENCE_MS = 15_000
_FURNISH = "from tests.bench.shots.furnish import furnish; furnish()"
_RENDER = """
from django.template.loader import render_to_string
from django.test import RequestFactory
from conversations.accounts.forms import AccountForm
request = RequestFactory().get("/")
request.csp_nonce = ""
print(render_to_string({template!r}, {{"form": AccountForm()}}, request))
"""


@dataclass(frozen=True)
class Target:
    """The folder of the pictures, and how many of their pixels are one of the page."""

    folder: Path
    scale: int


class Photographer:
    """Opens pages of a furnished site and takes their pictures."""

    def __init__(self, scene: Scene, browser: Browser, to: Target, made: dict[str, Any]) -> None:
        self._scene = scene
        self._browser = browser
        self._to = to
        self._pages: dict[str, str] = made["pages"]
        self._sessions: dict[str, str] = made["sessions"]
        self._cookie: str = made["cookie"]
        self._templates: dict[str, str] = {}
        self.failed: list[str] = []

    async def take(self, scenes: list[Shown]) -> None:
        """Take the pictures of these pages, on each device."""
        for device in DEVICES:
            page: Page | None = None
            for shown in scenes:
                # One without an address goes on where the one before it ended.
                try:
                    page = await self._opened(shown, device, page)
                    await shown.prepare(page, self._scene)
                    await self._pictured(page, shown, device)
                except (AssertionError, Error) as error:
                    self.failed.append(f"{shown.name} ({device}): {error!s:.300}")

    async def _opened(self, shown: Shown, device: str, former: Page | None) -> Page:
        if not shown.path and former:
            return former
        if former:
            await former.context.close()
        context = await self._context(shown, device)
        page = await context.new_page()
        path = self._pages.get(shown.path, shown.path)
        if path.endswith(".html"):
            await self._serve_template(page, path)
        await page.goto(f"/{path}" if path.endswith(".html") else path)
        return page

    async def _context(self, shown: Shown, device: str) -> BrowserContext:
        options, sizes = DEVICES[device]
        width, height = sizes[0]
        context = await self._browser.new_context(
            base_url=self._scene.site.url, reduced_motion="reduce",
            viewport={"width": width, "height": height}, device_scale_factor=self._to.scale,
            **options,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        if shown.user:
            session = {"name": self._cookie, "value": self._sessions[shown.user]}
            await context.add_cookies([{**session, "url": self._scene.site.url}])
        return context

    async def _serve_template(self, page: Page, template: str) -> None:
        if template not in self._templates:
            code = _RENDER.format(template=template)
            self._templates[template] = await self._scene.site.run("shell", "-c", code)
        body = self._templates[template]
        body = body[body.index("<!doctype") :]
        await page.route(
            f"**/{template}", lambda route: route.fulfill(body=body, content_type="text/html")
        )

    async def _pictured(self, page: Page, shown: Shown, device: str) -> None:
        for width, height in DEVICES[device][1]:
            await page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await page.wait_for_timeout(SETTLE_MS)
                file = self._to.folder / f"{shown.name}-{width}-{theme}.png"
                await page.screenshot(path=file, full_page=True, animations="disabled")


async def take(to: Target, scenes: list[Shown]) -> list[str]:
    """Take the pictures; gives what failed."""
    async with Scene() as scene, async_playwright() as playwright:
        printed = await scene.site.run("shell", "-c", _FURNISH)
        made = json.loads(printed.partition("FURNISHED")[2])
        browser = await launched(playwright)
        photographer = Photographer(scene, browser, to, made)
        await photographer.take(scenes)
        await browser.close()
    return photographer.failed


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
    failed = asyncio.run(take(Target(options.folder, options.scale), scenes))
    index = write_index(options.folder, [each.name for each in scenes], SETTINGS)
    print("\n".join(failed))  # noqa: T201
    print(f"{index}, in {time.monotonic() - began:.0f} s")  # noqa: T201
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
