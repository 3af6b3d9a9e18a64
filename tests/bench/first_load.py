"""The first load of a page: `python -m tests.bench.first_load`.

A real Chromium that is slowed down four times opens the empty page of a conversation, the sign-in
page and a shared page: cold, with nothing in its cache, and once more, warm. A conversation is
ready when Enter sends what was typed, the others when all that they load is there. Beside them
`/healthz` of the same server, a line of text. Other work on the machine can only add, so of some
loads the best counts. Exit code 1 when a bound is broken.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, StorageState

from tests.bench.first_token import signed_in
from tests.bench.site import Site
from tests.bench.table import milliseconds, show
from tests.bench.upstream import Upstream

MODEL = "good"
MOST_REQUESTS = 15
MOST_BYTES = 250_000
MOST_COLD_SECONDS, MOST_WARM_SECONDS = 1.5, 0.5
# Types and presses Enter every 10 ms until the page takes it.
_WATCH = """
(() => {
  const log = () => document.querySelector("[role=log] article");
  const attempt = () => {
    const box = document.getElementById("message");
    const key = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
    if (box) {
      box.value ||= "Hello";
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
      box.dispatchEvent(new KeyboardEvent("keydown", key));
    }
    if (log()) window.readyAt = performance.now();
    else setTimeout(attempt, 10);
  };
  if (location.pathname === "/") attempt();
})();
"""
_READY = """
async (sends) => {
  while (document.readyState !== "complete" || (sends && !window.readyAt))
    await new Promise((resolve) => setTimeout(resolve, 10));
  return sends ? window.readyAt : performance.getEntriesByType("navigation")[0].loadEventEnd;
}
"""
_SHARE = """
from conversations.models import User
from conversations.sharing import links
from conversations.sharing.selection import Selection
from conversations.sharing.terms import Terms
from tests.browser.talking import conversation_with
alice = User.objects.get(username="alice")
talk = conversation_with(alice, "Tides?", "Water, *moved*: $g$.\\n\\n```python\\ntide()\\n```")
link = links.create(alice, talk.pk, Selection(leaf_id=talk.head_id), Terms(audience="public"))
print(link.sealed_token)
"""


@dataclass
class Load:
    """The requests of one load, their bytes on the wire, and the seconds until it was ready."""

    requests: set[str] = field(default_factory=set)
    bytes: float = 0
    seconds: float = 0

    def watch(self, session: CDPSession) -> None:
        """Count what a page asks for from now on."""
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, dict[str, str]]) -> None:
        if event["request"]["url"].startswith("http"):
            self.requests.add(str(event["requestId"]))

    def _came(self, event: dict[str, float]) -> None:
        self.bytes += event["encodedDataLength"]


@dataclass(frozen=True)
class Kind:
    """A page: its address, and whether messages are sent from it."""

    path: str
    sends: bool = False


async def loaded(page: Page, kind: Kind, throttle: float) -> Load:
    """Open a page and wait until it is ready."""
    load = Load()
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    load.watch(session)
    await page.goto(kind.path)
    load.seconds = await page.evaluate(_READY, kind.sends) / 1000
    await session.detach()
    return load


async def cold_and_warm(
    browser: Browser, url: str, state: StorageState, kind: Kind, throttle: float
) -> tuple[Load, Load]:
    """Load a page in a new profile, and once more in the same one."""
    context = await browser.new_context(base_url=url, storage_state=state)
    try:
        return await _fresh(context, kind, throttle), await _fresh(context, kind, throttle)
    finally:
        await context.close()


async def _fresh(context: BrowserContext, kind: Kind, throttle: float) -> Load:
    page = await context.new_page()
    if kind.sends:
        await page.add_init_script(_WATCH)
    load = await loaded(page, kind, throttle)
    await page.close()
    return load


async def run(times: int, throttle: float) -> dict[str, list[tuple[Load, Load]]]:
    """The loads of each page, cold and warm."""
    async with Upstream() as upstream, Site(upstream.address) as site:
        await site.furnish(["alice"], MODEL)
        token = (await site.run("shell", "-c", _SHARE)).split()[-1]
        async with signed_in(site) as page:
            assert page.context.browser is not None
            signed_out: StorageState = {"cookies": [], "origins": []}
            pages = {
                "a line of text": (Kind("/healthz"), signed_out),
                "an empty conversation": (
                    Kind("/", sends=True),
                    await page.context.storage_state(),
                ),
                "the sign-in page": (Kind("/accounts/login/"), signed_out),
                "a shared page": (Kind(f"/s/{token}/"), signed_out),
            }
            return {
                name: [
                    await cold_and_warm(page.context.browser, site.url, state, kind, throttle)
                    for _ in range(times)
                ]
                for name, (kind, state) in pages.items()
            }


def main() -> int:
    """Run from the command line; the exit code says whether every bound was kept."""
    parser = argparse.ArgumentParser(description="From the address to a page that is ready.")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--throttle", type=float, default=4, help="how much slower (4)")
    options = parser.parse_args()
    figures = asyncio.run(run(options.times, options.throttle))
    kept = [_tell(name, loads) for name, loads in figures.items()]
    return int(not all(kept))


def _tell(name: str, loads: list[tuple[Load, Load]]) -> bool:
    cold = min((cold for cold, _warm in loads), key=lambda load: load.seconds)
    warm = min((warm for _cold, warm in loads), key=lambda load: load.seconds)
    show(
        name.capitalize(),
        {
            "cold": f"{len(cold.requests)} requests, {cold.bytes / 1000:.0f} kB, "
            f"{milliseconds(cold.seconds)}",
            "warm": f"{len(warm.requests)} requests, {warm.bytes / 1000:.0f} kB, "
            f"{milliseconds(warm.seconds)}",
        },
    )
    return (
        len(cold.requests) <= MOST_REQUESTS
        and cold.bytes <= MOST_BYTES
        and cold.seconds <= MOST_COLD_SECONDS
        and warm.seconds <= MOST_WARM_SECONDS
    )


if __name__ == "__main__":
    sys.exit(main())
