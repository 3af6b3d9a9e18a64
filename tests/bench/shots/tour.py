"""The way through the pages and open states of a furnished site, on several devices."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright

from tests.bench.first_token import launched
from tests.bench.pictures.scene import Scene
from tests.bench.shots.scenes import Shown

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
# After a change of the theme diagrams are drawn again; nothing here is a test that could not wait.
SETTLE_MS = 250
PATIENCE_MS = 15_000
_FURNISH = "from tests.bench.shots.furnish import furnish; furnish()"
_RENDER = """
from django.template.loader import render_to_string
from django.test import RequestFactory
from conversations.accounts.forms import AccountForm
from conversations.database.faults import UNAVAILABLE
request = RequestFactory().get("/")
request.csp_nonce = ""
said = {{"form": AccountForm(), "time": "4 minutes", "unavailable": UNAVAILABLE}}
print(render_to_string({template!r}, said, request))
"""
# What is done with a page, by its name and setting, in each setting.
Look = Callable[[Page, str, str], Awaitable[None]]


@dataclass(frozen=True)
class Device:
    """A machine with windows of some sizes. A phone is one: it answers to touch."""

    name: str
    sizes: tuple[tuple[int, int], ...]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> list[str]:
        """The names of its settings, such as ``1280-dark``."""
        return [f"{width}-{theme}" for width, _height in self.sizes for theme in THEMES]


PHONE = {"has_touch": True, "is_mobile": True}


class Tour:
    """Opens the pages of a site; ``failed`` are those that did not get into their state."""

    def __init__(self, scene: Scene, browser: Browser, made: dict[str, Any], look: Look) -> None:
        self._scene = scene
        self._browser = browser
        self._look = look
        self._pages: dict[str, str] = made["pages"]
        self._sessions: dict[str, str] = made["sessions"]
        self._cookie: str = made["cookie"]
        self._templates: dict[str, str] = {}
        self.failed: list[str] = []

    async def go(self, scenes: Sequence[Shown], device: Device) -> None:
        """Open these pages on a device, and look at each in each setting."""
        page: Page | None = None
        for shown in scenes:
            # One without an address goes on where the one before it ended.
            try:
                page = await self._opened(shown, device, page)
                await shown.prepare(page, self._scene)
                await self._looked_at(page, shown, device)
            except (AssertionError, Error) as error:
                self.failed.append(f"{shown.name} ({device.name}): {error!s:.300}")

    async def _opened(self, shown: Shown, device: Device, former: Page | None) -> Page:
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

    async def _context(self, shown: Shown, device: Device) -> BrowserContext:
        width, height = device.sizes[0]
        context = await self._browser.new_context(
            base_url=self._scene.site.url, reduced_motion="reduce",
            viewport={"width": width, "height": height}, **device.options,
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

    async def _looked_at(self, page: Page, shown: Shown, device: Device) -> None:
        for width, height in device.sizes:
            await page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await page.wait_for_timeout(SETTLE_MS)
                await self._look(page, shown.name, f"{width}-{theme}")


async def tour(
    scenes: Sequence[Shown], devices: Sequence[Device], look: Look, *, after_furnishing: str = ""
) -> list[str]:
    """Look at these pages on these devices; gives what failed.

    ``after_furnishing`` is Python that changes what the site was filled with.
    """
    async with Scene() as scene, async_playwright() as playwright:
        printed = await scene.site.run("shell", "-c", f"{_FURNISH}\n{after_furnishing}")
        made = json.loads(printed.partition("FURNISHED")[2])
        browser = await launched(playwright)
        one = Tour(scene, browser, made, look)
        for device in devices:
            await one.go(scenes, device)
        await browser.close()
    return one.failed
