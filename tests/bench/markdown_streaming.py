"""What a streaming message costs the page: `python -m tests.bench.markdown_streaming`.

A message of 20 kB arrives in 2,000 chunks, two a frame, in a real Chromium that is slowed down
four times. Beside ours stands the yardstick: parsing the whole text again, sanitising it and
setting it as HTML at every frame, without colouring code or typesetting math.
"""

import argparse
import os
from typing import Any, cast

import django
from playwright.sync_api import CDPSession, Page, sync_playwright

CHARACTERS = 20_000
CHUNKS = 2_000
CHUNKS_A_FRAME = 2
LONG_TASK_MS = 50

_SECTION = """## Section {number}

A paragraph with *emphasis*, **strong words**, `code` and a [link](https://example.org/{number}),
long enough to look like what a model writes when it explains something to a patient reader.

- the first item, with some words
- the second item with **strength** and $a_{number}^2 + b^2$
  1. nested
  2. again

```python
def section_{number}(values: list[int]) -> int:
    # Adds what is even.
    return sum(value for value in values if value % 2 == {number})
```

| Name | Value |
|:-----|------:|
| one  |     1 |
| two  |     2 |

> A quotation of a line or two, which is
> continued here.

$$
\\frac{{x^{number}}}{{2}}
$$

"""
DOCUMENTS = {
    "mixed": "".join(_SECTION.format(number=number) for number in range(40))[:CHARACTERS],
    "one code block": "```python\n" + "value = compute(1, 'two')  # three\n" * 600,
    "one list": "- an item with **some** `words` in it and a few more\n" * 400,
    "one table": "| a | b | c |\n|---|---|---|\n" + "| *cell* | another cell | 12345 |\n" * 650,
    "one paragraph": "Words of a *single* paragraph that never ends, `code` and more. " * 320,
}
_HEADER = f"{'document':16} {'way':8} {'main thread':>12} {'ratio':>6} {'> 50 ms':>8} longest"
# Loads the libraries, which is not what is measured.
_PREPARE = """
async () => {
  window.root = document.getElementById("message");
  window.view = new (await import("#js/markdown/view.js")).MarkdownView(root);
  window.marked = (await import("marked")).marked;
  window.purify = (await import("dompurify")).default(window);
  await view.finish("$x$\\n\\n```python\\nx\\n```");
}
"""
_RUN = """
async ({ text, variant, chunks, chunksAFrame }) => {
  const ways = {
    "blocks": (text) => view.update(text),
    "whole": (text) => { root.innerHTML = purify.sanitize(marked.parse(text)); },
  };
  const long = [];
  const observer = new PerformanceObserver((list) =>
    list.getEntries().forEach((entry) => long.push(entry.duration)));
  const size = Math.ceil(text.length / chunks);
  observer.observe({ type: "longtask" });
  const from = performance.now();
  for (let chunk = chunksAFrame; chunk < chunks + chunksAFrame; chunk += chunksAFrame) {
    await new Promise(requestAnimationFrame);
    ways[variant](text.slice(0, chunk * size));
  }
  if (variant === "blocks") await view.finish(text);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const wall = performance.now() - from;
  observer.takeRecords().forEach((entry) => long.push(entry.duration));
  return { wall, long: long.length, longest: Math.max(0, ...long) };
}
"""


def measured(page: Page, session: CDPSession, text: str, variant: str) -> dict[str, float]:
    """Milliseconds of the main thread, how many tasks were long and how long the longest was."""
    page.reload()
    arguments = {"text": text, "variant": variant, "chunks": CHUNKS, "chunksAFrame": CHUNKS_A_FRAME}
    page.evaluate(_PREPARE)
    before = _task_ms(session)
    outcome = cast("dict[str, float]", page.evaluate(_RUN, arguments))
    return outcome | {"task": _task_ms(session) - before}


def _task_ms(session: CDPSession) -> float:
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return next(1000 * each["value"] for each in metrics if each["name"] == "TaskDuration")


def main() -> None:
    """Print the figures of every document, ours beside the yardstick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throttle", type=float, default=4, help="how much slower (4)")
    parser.add_argument("documents", nargs="*", default=[], help=", ".join(DOCUMENTS))
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    _run(options.throttle, options.documents or list(DOCUMENTS))


def _run(throttle: float, names: list[str]) -> None:
    # They read the settings, which are there only now.
    from tests.browser.script_page import script_page
    from tests.browsers import chromium

    with script_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        print(_HEADER)  # noqa: T201
        for name in names:
            _compare(browser.new_page(), address, throttle, name)
        browser.close()


def _compare(page: Page, address: str, throttle: float, name: str) -> None:
    page.goto(address)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    yardstick = 0.0
    for way in ("whole", "blocks"):
        figures = measured(page, session, DOCUMENTS[name], way)
        yardstick = yardstick or figures["task"]
        print(  # noqa: T201
            f"{name:16} {way:8} {figures['task']:9.0f} ms {figures['task'] / yardstick:6.2f} "
            f"{figures['long']:8.0f} {figures['longest']:4.0f} ms",
            flush=True,
        )
    page.close()


if __name__ == "__main__":
    main()
