"""A moving picture of a page between an address bar and two terminals."""

import base64
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

PAGE_SIZE = {"width": 848, "height": 480}
STAGE_SIZE = {"width": 880, "height": 684}
STAGE = Path(__file__).with_name("stage.html")
# How much finer than its size on the screen the film is.
SCALE = 2
FRAME_SECONDS = 0.1
KEY_SECONDS = 0.06
# Of WebP's six levels; the lowest makes a file that is fifteen times as large.
EFFORT = 4


@dataclass
class Shot:
    """The page and the terminals at one moment, and how long the film shows them."""

    page: bytes
    address: str
    server: list[str]
    shell: list[str]
    reloads: bool
    seconds: float


@dataclass
class Film:
    """Takes shots of a page; ``server`` and ``shell`` are the lines of the terminals.

    ``beat`` is called before each shot: what moves in the film moves by it, and not by a clock, so
    that a slow machine makes the same film.
    """

    page: Page
    beat: Callable[[], Awaitable[None]] | None = None
    server: list[str] = field(default_factory=list)
    shell: list[str] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)

    async def shoot(self, seconds: float = FRAME_SECONDS, *, reloads: bool = False) -> None:
        """Take one shot, which the film shows for some seconds."""
        if self.beat:
            await self.beat()
        picture = await self.page.screenshot()
        lines = [*self.server], [*self.shell]
        self.shots.append(Shot(picture, self.page.url, *lines, reloads, seconds))

    async def type(self, lines: list[str], command: str) -> None:
        """Type a command into a terminal, two keys a shot."""
        lines.append("$ ")
        for end in range(2, len(command) + 2, 2):
            lines[-1] = f"$ {command[:end]}"
            await self.shoot(KEY_SECONDS)

    async def save(self, file: Path, browser: Browser) -> None:
        """Put the shots on the stage and write them as an animated WebP."""
        stage = await browser.new_page(viewport=STAGE_SIZE, device_scale_factor=SCALE)
        await stage.goto(STAGE.as_uri())
        frames = [await _staged(stage, shot) for shot in self.shots]
        await stage.close()
        _write(frames, [shot.seconds for shot in self.shots], file)


async def _staged(stage: Page, shot: Shot) -> Image.Image:
    picture = f"data:image/png;base64,{base64.b64encode(shot.page).decode()}"
    shown = {"page": picture, "address": shot.address, "reloads": shot.reloads}
    await stage.evaluate(
        "shown => show(shown)", {**shown, "server": shot.server, "shell": shot.shell}
    )
    return Image.open(io.BytesIO(await stage.screenshot())).convert("RGB")


def _write(frames: list[Image.Image], seconds: list[float], file: Path) -> None:
    """Without loss, which for pages is smaller than with it: of each frame only what moved is
    stored. A GIF has 256 colours for all that moves, and the paper gets another tint."""
    milliseconds = [round(each * 1000) for each in seconds]
    first, *others = frames
    shown = {"append_images": others, "duration": milliseconds, "loop": 0}
    first.save(file, save_all=True, lossless=True, method=EFFORT, **shown)
