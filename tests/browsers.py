"""Chromium, driven by Playwright. Every error that a page reports is collected."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from conversations.models import User
from tests.live import LiveSite

NewPage = Callable[..., Page]

# Without these, Chromium contacts its vendor's hosts on every start.
_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # The tabs of a profile share a process, so a second tab loads no file again.
    "--process-per-site",
]
# The longest time that an assertion waits, for a busy machine.
PATIENCE_SECONDS = 20
# The headless shell is the same browser without windows, and needs a third less CPU time.
_NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable")
# Parts of what Chromium says on the console about connections without a network.
_WITHOUT_NETWORK = (
    "net::ERR_INTERNET_DISCONNECTED",
    "WebSocket is closed before the connection is established",
)


def chromium() -> str | None:
    """The program that CHROMIUM names, or the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: after the first one, Playwright keeps a loop in the main thread.

    A later test could not run its own loop there.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    program = chromium()
    if program is None:
        pytest.skip(
            "There is no Chromium. Install it (Debian: apt-get install chromium) "
            "or name one: CHROMIUM=/path/to/it."
        )
    # Chromium's sandbox refuses to run as root, as containers do.
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def faults() -> list[str]:
    """The errors of the pages of this test; the list must be empty at its end."""
    return []


class Profiles:
    """Browser profiles, each used by one test at a time and cleared after it.

    A new profile would load every file of the site again, which is half of the suite's time. A
    parked page keeps the process of the profile, with the loaded files, between the tests.
    """

    def __init__(self, browser: Browser, site: LiveSite) -> None:
        self._browser = browser
        self._site = site
        self._free: dict[str, list[_Profile]] = defaultdict(list)

    @contextmanager
    def lend(self, **options: object) -> Iterator[BrowserContext]:
        """Take a profile with these options, without anything from another test."""
        free = self._free[repr(sorted(options.items()))]
        profile = free.pop() if free else _Profile(self._browser, self._site, options)
        yield profile.context
        if profile.has_own_clock():
            profile.context.close()
        else:
            profile.clear()
            free.append(profile)


class _Profile:
    def __init__(self, browser: Browser, site: LiveSite, options: dict[str, object]) -> None:
        self.context = browser.new_context(base_url=site.url, **options)
        self._parked = self.context.new_page()
        self._parked.goto("/healthz")
        self._devtools = self.context.new_cdp_session(self._parked)
        self._stored = {"origin": site.url, "storageTypes": "local_storage"}

    def has_own_clock(self) -> bool:
        """True if a test gave it Playwright's clock, which is a script in every later page, too.

        In a frame that may run nothing its timers fail, now and then before the test is over.
        """
        return bool(self._parked.evaluate("!/native code/.test(String(setTimeout))"))

    def clear(self) -> None:
        for page in self.context.pages:
            if page != self._parked:
                page.close()
        self.context.set_offline(False)
        self.context.clear_cookies()
        self.context.clear_permissions()
        self._devtools.send("Storage.clearDataForOrigin", self._stored)


@pytest.fixture(scope="session")
def profiles(browser: Browser, served_site: LiveSite) -> Profiles:
    return Profiles(browser, served_site)


@pytest.fixture
def new_page(profiles: Profiles, live_site: LiveSite, faults: list[str]) -> Iterator[NewPage]:
    """Makes pages, each in a profile of its own: `new_page(alice)` is signed in as alice."""
    with ExitStack() as lent:

        def make(
            user: User | None = None, viewport: ViewportSize | None = None, **options: object
        ) -> Page:
            profile = lent.enter_context(profiles.lend(**options))
            if user is not None:
                profile.add_cookies([_session_cookie(user, live_site)])
            page = profile.new_page()
            if viewport:
                page.set_viewport_size(viewport)
            _watch(page, faults)
            return page

        yield make
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page without a signed-in user."""
    return new_page()


def _session_cookie(user: User, site: LiveSite) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": site.url}


def _watch(page: Page, faults: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        # Chromium reports each attempt to connect that a test made it do without a network, and
        # one that the page gave up when the network went.
        is_offline = any(each in message.text for each in _WITHOUT_NETWORK)
        if message.type in {"error", "warning"} and not is_offline:
            where = message.location["url"]
            faults.append(f"console {message.type}: {message.text} ({where})")

    # The console reports error responses too.
    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
