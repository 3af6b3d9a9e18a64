"""Pictures of the other pages, of the site that `tests/bench/shots/furnish.py` fills."""

from pathlib import Path

from playwright.async_api import Page

from tests.bench.pictures.still import framed_bytes
from tests.bench.shots.scenes import SCENES
from tests.bench.shots.tour import Device, tour

DESK = Device("desk", ((1200, 850),), {"device_scale_factor": 1.5})
# The long names are there to be looked at by those who change the pages.
TIDY = """
from conversations.models import Conversation, LanguageModel
from tests.bench.shots import texts
Conversation.objects.filter(title__in=[texts.LONG_TITLE[:200], "A question that failed"]).delete()
LanguageModel.objects.filter(name=texts.LONG_NAME).delete()
"""


# The scene on each picture.
PICTURES = {
    "compared": "compare",
    "parameters-all": "parameters",
    "share": "share",
    "shared": "shared",
    "admin-usage": "usage",
}


async def take_album(folder: Path) -> list[str]:
    """Write the pictures into a folder, in the light theme; gives what failed."""

    async def picture(page: Page, scene: str, setting: str) -> None:
        if setting.endswith("-light"):
            taken = framed_bytes(await page.screenshot(animations="disabled"), "light")
            (folder / f"{PICTURES[scene]}.webp").write_bytes(taken)

    scenes = [each for each in SCENES if each.name in PICTURES]
    return await tour(scenes, [DESK], picture, after_furnishing=TIDY)
