"""The cost of a shared text for the server: `python -m tests.bench.rendering`.

The process of the renderer is started, renders an article of 20 kB again and again, and then texts
of 200 kB that are made of what costs most. Times are those of a processor: they leave out the other
work of the machine.
"""

import os
import sys
import time
from pathlib import Path

import django

from tests.bench.process import cpu_seconds
from tests.bench.table import milliseconds, show
from tests.upstreams.article import ARTICLE

TIMES = 30
MOST_START_SECONDS = 1.0
MOST_ARTICLE_SECONDS = 0.1
MOST_MB = 250
LABELS = {"image": "Image", "table": "Table", "done": "Done", "open": "Not done"}
LARGE = {
    "200 kB of formulas": "$\\frac{a}{\\sqrt{b}} + \\sum_{i=1}^n x_i^2$ and more\n\n" * 4_000,
    "200 kB of code": "```python\nvalue = compute(1, 'two')  # three\n```\n\n" * 4_000,
    "200 kB in one block of code": "```python\n" + "value = compute(1, 'two')  # three\n" * 5_500,
    "200 kB of a table": "|a|b|c|\n|-|-|-|\n" + "| *cell* | `another` | 12345 |\n" * 6_500,
}


def main() -> int:
    """Print the figures; the exit code says whether they were good enough."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from chatsite import bundle
    from conversations.sharing.renderer import renderer

    bundle.refresh()
    began = time.perf_counter()
    renderer.call("render", "", LABELS, False)
    started = time.perf_counter() - began
    process = renderer._process._popen.pid if renderer._process else 0
    figures = {"start, by the clock": milliseconds(started)}
    figures["start"] = milliseconds(start := cpu_seconds(process))
    for _time in range(TIMES):
        renderer.call("render", ARTICLE, LABELS, False)
    article = (cpu_seconds(process) - start) / TIMES
    figures["an article of 20 kB"] = milliseconds(article)
    for name, text in LARGE.items():
        before = cpu_seconds(process)
        renderer.call("render", text[:200_000], LABELS, False)
        figures[name] = milliseconds(cpu_seconds(process) - before)
    memory = megabytes(process)
    figures["memory after all that"] = f"{memory:.0f} MB"
    show("Rendering on the server, in time of a processor", figures)
    is_good = start < MOST_START_SECONDS and article < MOST_ARTICLE_SECONDS and memory < MOST_MB
    return int(not is_good)


def megabytes(process: int) -> float:
    """The memory of a process that is not in files."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    kilobytes = next(line.split()[1] for line in status if line.startswith("RssAnon"))
    return int(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
