"""Pictures of the other pages, of the site that `tests/bench/shots/furnish.py` fills."""

from pathlib import Path

from playwright.async_api import Page

from tests.bench.pictures.still import framed_bytes
from tests.bench.shots.scenes import SCENES
from tests.bench.shots.tour import PHONE, Device, tour

DEVICES = (
    Device("desk", ((1200, 850),), {"device_scale_factor": 1.5}),
    # Wide enough for three answers side by side.
    Device("wide", ((1440, 800),), {"device_scale_factor": 1.5}),
    Device("phone", ((390, 844),), {**PHONE, "device_scale_factor": 2}),
)
# The long names and the failures are there to be looked at by those who change the pages.
TIDY = """
from conversations.models import Conversation, LanguageModel, Provider
from tests.bench.shots import texts
hidden = [texts.LONG_TITLE[:200], "A question that failed", "What is a neap tide?"]
Conversation.objects.filter(title__in=hidden).delete()
LanguageModel.objects.filter(name=texts.LONG_NAME).delete()
LanguageModel.objects.filter(enabled=False).delete()
Provider.objects.filter(name="A second provider").update(name="Harbour")
Provider.objects.filter(name="Configured upstream").update(name="Our own machine")
"""


# The scene and the setting on each picture.
PICTURES = {
    ("models-compared", "1440-light"): "compare",
    ("finding", "1200-light"): "find",
    ("everything-top", "390-dark"): "phone",
    ("parameters-all", "1200-light"): "parameters",
    ("share", "1200-light"): "share",
    ("shared-article", "1200-light"): "shared",
    ("admin-languagemodel", "1200-light"): "models",
    ("admin-usage", "1200-light"): "usage",
}


async def take_album(folder: Path) -> list[str]:
    """Write the pictures into a folder; gives what failed."""

    async def picture(page: Page, scene: str, setting: str) -> None:
        if name := PICTURES.get((scene, setting)):
            theme = setting.partition("-")[2]
            taken = framed_bytes(await page.screenshot(animations="disabled"), theme)
            (folder / f"{name}.webp").write_bytes(taken)

    names = {scene for scene, _setting in PICTURES}
    scenes = [each for each in SCENES if each.name in names]
    return await tour(scenes, DEVICES, picture, after_furnishing=TIDY)
