"""Pages with the Markdown renderer, under the site's content security policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.script_page import script_page

# The page's clock stands still but for `frame()`, which lets every waiting frame happen at once,
# and what waits for the next turn. So what a view does between two updates does not depend on the
# machine.
_STAGE = """
let now = 0;
performance.now = () => now;
const waiting = [];
window.requestAnimationFrame = (callback) => { waiting.push(callback); return callback; };
window.cancelAnimationFrame = (callback) => {
  if (waiting.includes(callback)) waiting.splice(waiting.indexOf(callback), 1);
};
const { setTimeout, clearTimeout } = window;
window.setTimeout = (callback, wait) =>
  wait === 0 ? window.requestAnimationFrame(callback) : setTimeout(callback, wait);
window.clearTimeout = (timer) =>
  typeof timer === "function" ? window.cancelAnimationFrame(timer) : clearTimeout(timer);
window.frame = () => {
  now += 1000;
  for (const callback of waiting.splice(0)) callback(now);
  now += 1000;
};
"""
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
window.pwned = () => { window.scriptRan = true; };
"""
_TOOLS = """
window.made = (module) => {
  const root = document.createElement("div");
  document.getElementById("message").replaceChildren(root);
  return { root, view: new module.MarkdownView(root) };
};
// The message's blocks, and the markup without the groups in which they stand.
window.blocks = (root) => [...root.querySelectorAll(":scope > .blocks > *")];
window.inside = (root) => [...root.children]
  .map((each) => (each.classList.contains("blocks") ? each.innerHTML : each.outerHTML)).join("");
window.whole = async (text) => {
  const { root, view } = made(await import("#js/markdown/view.js"));
  const done = view.finish(text);
  frame();
  await done;
  return root;
};
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with script_page() as url:
        yield url


@pytest.fixture(scope="module")
def reported() -> list[str]:
    """The errors of the pages that the tests of this file share."""
    return []


@pytest.fixture(scope="module")
def real_time_page(browser: Browser, address: str, reported: list[str]) -> Iterator[Page]:
    yield from _open(browser, address, reported, _WATCH)


@pytest.fixture(scope="module")
def staged_page(browser: Browser, address: str, reported: list[str]) -> Iterator[Page]:
    yield from _open(browser, address, reported, _WATCH + _STAGE + _TOOLS)


@pytest.fixture
def real_time(real_time_page: Page, reported: list[str]) -> Iterator[Page]:
    """The page with a real clock."""
    yield real_time_page
    _expect_no_faults(real_time_page, reported)


@pytest.fixture
def page(staged_page: Page, reported: list[str]) -> Iterator[Page]:
    """The page with a stopped clock, whose frames the test runs."""
    yield staged_page
    _expect_no_faults(staged_page, reported)


def _open(browser: Browser, address: str, reported: list[str], script: str) -> Iterator[Page]:
    page = browser.new_page()
    page.add_init_script(script)
    page.on("console", lambda message: reported.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: reported.append(f"page error: {error}"))
    page.on("dialog", lambda dialog: reported.append(f"dialog: {dialog.message}"))
    page.on("request", lambda sent: _check_address(sent.url, address, reported))
    page.goto(address)
    yield page
    page.close()


def _expect_no_faults(page: Page, reported: list[str]) -> None:
    faults = [*reported, *page.evaluate("() => violations.splice(0)")]
    reported.clear()
    assert faults == []


def _check_address(url: str, address: str, faults: list[str]) -> None:
    if not url.startswith((address, "data:,")):
        faults.append(f"request to {url}")
