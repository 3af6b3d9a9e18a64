"""Pictures of a finished conversation, in both themes and at twice the resolution."""

from pathlib import Path
from typing import Literal

from playwright.async_api import expect

from tests.bench.first_token import signed_in
from tests.bench.pictures.scene import Scene, ask, has_ended, settled
from tests.upstreams.demo import ANSWERS, HORIZON, pieces

SIZE = {"width": 1200, "height": 850}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def take_stills(scene: Scene, folder: Path) -> None:
    """Ask, have the answer written twice, so that there are versions of it, and take a picture in
    each theme."""
    async with signed_in(scene.site, viewport=SIZE, device_scale_factor=2) as page:
        await ask(page, HORIZON)
        await scene.release(2 * len(pieces(ANSWERS[HORIZON])))
        await has_ended(page)
        await page.get_by_role("button", name="Regenerate", exact=True).click()
        await expect(page.get_by_role("button", name="Previous version")).to_be_visible()
        await has_ended(page)
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            await page.reload()
            await settled(page)
            await page.screenshot(path=folder / f"page-{theme}.png")
