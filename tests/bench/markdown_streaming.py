"""The cost of a streaming message for the page: `python -m tests.bench.markdown_streaming`.

A message of 20 kB arrives in 2,000 chunks, two a frame, in a real Chromium that is slowed down
four times. Beside ours stand the yardstick, which is to parse the whole text again at every frame,
to sanitise it and to set it as HTML, without colouring code or typesetting math; and a control
that does nothing at all in as many frames.
"""

import argparse
import os
import sys

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.main_thread import CATEGORIES, MainThread
from tests.upstreams.article import ARTICLE

CHUNKS = 2_000
CHUNKS_A_FRAME = 2
MOST_OF_YARDSTICK = 0.25

DOCUMENTS = {
    "mixed": ARTICLE,
    "one code block": "```python\n" + "value = compute(1, 'two')  # three\n" * 600,
    "one list": "- an item with **some** `words` in it and a few more\n" * 400,
    "one table": "| a | b | c |\n|---|---|---|\n" + "| *cell* | another cell | 12345 |\n" * 650,
    "one paragraph": "Words of a *single* paragraph that never ends, `code` and more. " * 320,
}
WAYS = ("nothing", "whole", "blocks")
_HEADER = (
    f"{'document':16} {'way':8} {'thread':>10} {'ratio':>6} {'> 50 ms':>8} longest (by the wall)"
)
# Loads the libraries first, which is not measured.
_PREPARE = """
async () => {
  const { MarkdownView, warmUp } = await import("#js/markdown/view.js");
  window.root = document.getElementById("message");
  window.view = new MarkdownView(root);
  window.marked = (await import("marked")).marked;
  window.purify = (await import("dompurify")).default(window);
  await view.finish("$x$\\n\\n```python\\nx\\n```");
  await warmUp();
}
"""
_RUN = """
async ({ text, way, chunks, chunksAFrame }) => {
  const ways = {
    "nothing": () => {},
    "blocks": (text) => view.update(text),
    "whole": (text) => { root.innerHTML = purify.sanitize(marked.parse(text)); },
  };
  const size = Math.ceil(text.length / chunks);
  for (let chunk = chunksAFrame; chunk < chunks + chunksAFrame; chunk += chunksAFrame) {
    await new Promise(requestAnimationFrame);
    ways[way](text.slice(0, chunk * size));
  }
  if (way === "blocks") await view.finish(text);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
"""


def measured(browser: Browser, page: Page, text: str, way: str) -> MainThread:
    """The work of the main thread while the message streamed."""
    page.evaluate(_PREPARE)
    browser.start_tracing(page=page, categories=CATEGORIES)
    asked = {"text": text, "way": way, "chunks": CHUNKS, "chunksAFrame": CHUNKS_A_FRAME}
    page.evaluate(_RUN, asked)
    return MainThread.of(browser.stop_tracing())


def main() -> int:
    """Print the figures of every document; the exit code says whether ours were good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throttle", type=float, default=4, help="how much slower (4)")
    parser.add_argument("documents", nargs="*", default=[], help=", ".join(DOCUMENTS))
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    return int(not _run(options.throttle, options.documents or list(DOCUMENTS)))


def _run(throttle: float, names: list[str]) -> bool:
    # They read the settings, which are there only now.
    from tests.browser.script_page import script_page
    from tests.browsers import chromium

    with script_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        print(_HEADER)  # noqa: T201
        good = [_compare(browser, address, throttle, name) for name in names]
        browser.close()
    return all(good)


def _compare(browser: Browser, address: str, throttle: float, name: str) -> bool:
    did = {}
    for way in WAYS:
        # A page of its own: none collects the garbage of the way before it.
        page = browser.new_page()
        page.goto(address)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        did[way] = measured(browser, page, DOCUMENTS[name], way)
        page.close()
    for way, each in did.items():
        print(  # noqa: T201
            f"{name:16} {way:8} {each.total:7.0f} ms {each.total / did['whole'].total:6.2f} "
            f"{each.long:8} {each.longest:4.0f} ms ({each.stretched})",
            flush=True,
        )
    ours = did["blocks"]
    return ours.long == 0 and ours.total <= MOST_OF_YARDSTICK * did["whole"].total


if __name__ == "__main__":
    sys.exit(main())
