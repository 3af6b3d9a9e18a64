"""Pictures of a finished conversation, in both themes and at twice the resolution."""

import io
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.async_api import expect

from tests.bench.first_token import signed_in
from tests.bench.pictures.scene import Scene, ask, has_ended, settled
from tests.upstreams.demo import ANSWERS, HORIZON, pieces

SIZE = {"width": 1200, "height": 850}
# Each theme with the colour of the line around its picture.
THEMES: dict[str, str] = {"light": "#d0c9bd", "dark": "#4a453d"}
# In pixels of the picture, of which two are one on the page.
RADIUS, LINE_WIDTH = 24, 2
# Of a hundred: letters stay sharp, and no picture is above 200 kB.
QUALITY = 82


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
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            await page.reload()
            await settled(page)
            taken = framed_bytes(await page.screenshot(), theme)
            (folder / f"page-{theme}.webp").write_bytes(taken)


def framed_bytes(screenshot: bytes, theme: str) -> bytes:
    """A screenshot in its frame, as a WebP that is small enough for a page of documents."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    file = io.BytesIO()
    _framed(picture, THEMES[theme]).save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def _framed(picture: Image.Image, line: str) -> Image.Image:
    """The picture with round corners and a thin line around it, which parts it from a page of
    the same colour."""
    corners = Image.new("L", picture.size)
    edge = (0, 0, picture.width - 1, picture.height - 1)
    ImageDraw.Draw(corners).rounded_rectangle(edge, RADIUS, fill=255)
    ImageDraw.Draw(picture).rounded_rectangle(edge, RADIUS, outline=line, width=LINE_WIDTH)
    picture.putalpha(corners)
    return picture
