"""Chromium, driven by Playwright, with every fault of a page kept."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from conversations.models import User
from tests.live import LiveSite

NewPage = Callable[..., Page]

# Without these, Chromium calls its maker's hosts on every start.
_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
# How long a page may take on a busy machine before it is held to be wrong.
PATIENCE_SECONDS = 20
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The program that CHROMIUM names, or the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: from the first one on, Playwright keeps a loop in the main thread.

    No test after it could run a loop of its own there.
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
    # Chromium's sandbox refuses to run as root, which is what containers run as.
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong on the pages of this test; must be empty when it ends."""
    return []


@pytest.fixture
def new_page(browser: Browser, live_site: LiveSite, faults: list[str]) -> Iterator[NewPage]:
    """Makes pages, each in a browser of its own: `new_page(alice)` is signed in as alice."""
    contexts: list[BrowserContext] = []

    def make(user: User | None = None, **options: object) -> Page:
        context = browser.new_context(base_url=live_site.url, **options)
        contexts.append(context)
        if user is not None:
            context.add_cookies([_session_cookie(user, live_site)])
        page = context.new_page()
        _watch(page, faults)
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page that nobody is signed in on."""
    return new_page()


def _session_cookie(user: User, site: LiveSite) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": site.url}


def _watch(page: Page, faults: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            faults.append(f"console {message.type}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on(
        "response",
        lambda answer: (
            faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
