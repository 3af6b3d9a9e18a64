"""Pictures of the pages in a browser, for a look at what only that browser does."""

from pathlib import Path

from tests.bench.engines.visit import LAST, Visit
from tests.upstreams.demo import GATE, HORIZON

PHONE = 390, 780
# Nothing moves by time any more but what turns for ever; the rest moves by scrolling.
_DRAWN = """document.getAnimations().every(({ playState, timeline, effect }) =>
  playState !== "running" || timeline !== document.timeline ||
  effect.getComputedTiming().endTime === Infinity)"""


def take(visit: Visit, folder: Path) -> None:
    """Write a picture of each page and of each thing that opens."""
    folder.mkdir(parents=True, exist_ok=True)

    def picture(name: str) -> None:
        visit.wait(_DRAWN)
        visit.engine.picture(folder / f"{visit.engine.name.lower()}-{name}.png")

    visit.leave()
    picture("empty")
    visit.press("Model")
    picture("models")
    visit.press("demo", "option")
    visit.upstream.open(GATE, 1000)
    visit.converse(HORIZON)
    visit.wait(f"{LAST}.querySelector('.hljs-keyword')")
    picture("answer")
    visit.press("Parameters")
    picture("parameters")
    visit.engine.press("Escape")
    visit.press("Share")
    visit.wait("document.querySelector('#share-preview iframe')")
    picture("share")
    visit.press("Create link")
    link = visit.engine.run("return arguments[0].value", visit.see("box", "Address"))
    picture("link")
    visit.engine.open(link)
    picture("shared")
    visit.engine.open(visit.url)
    visit.engine.resize(*PHONE)
    picture("phone")
