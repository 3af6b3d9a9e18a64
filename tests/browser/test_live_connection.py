"""The words of the page when it has no live connection, with the reason."""

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from conversations.models import User
from conversations.socket import open_pages
from tests.browser.refusing_proxy import refusing_proxy
from tests.browser.talking import converse
from tests.browsers import NewPage
from tests.live import LiveSite


def line(page: Page) -> object:
    """The sentence beside the composer."""
    return expect(page.locator("#offline-line p"))


def _forget_refusals(faults: list[str]) -> None:
    """Chromium reports each attempt that failed."""
    faults[:] = [each for each in faults if "/ws/" not in each]


@pytest.mark.parametrize("status", [0, 400, 404, 426])
def test_a_proxy_that_passes_on_no_websocket_is_named(  # noqa: PLR0917
    live_site: LiveSite, new_page: NewPage, alice: User, settings: LazySettings,
    faults: list[str], status: int,
) -> None:  # fmt: skip
    with refusing_proxy(live_site.url, status) as proxy:
        settings.SITE_ORIGINS = (*settings.SITE_ORIGINS, proxy.url)
        page = new_page(alice)
        page.goto(f"{proxy.url}/")
        line(page).to_contain_text("a proxy on the way must pass on websockets", timeout=20_000)
        line(page).to_contain_text("the headers Upgrade and Connection")
        # Mended, and the page needs no reload.
        proxy.status = 101
        expect(page.locator("#offline-line")).to_be_hidden(timeout=20_000)
        page.close()
        _forget_refusals(faults)


def test_an_address_that_is_not_the_sites_is_named_and_no_proxy(
    live_site: LiveSite, new_page: NewPage, alice: User, faults: list[str]
) -> None:
    with refusing_proxy(live_site.url, 101) as proxy:
        page = new_page(alice)
        page.goto(f"{proxy.url}/")
        line(page).to_contain_text("SITE_URL", timeout=20_000)
        page.close()
        _forget_refusals(faults)


def test_the_oldest_of_too_many_tabs_says_so_and_goes_on_when_asked(
    home: Page, alice: User, model: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_pages, "MOST_PAGES", 1)
    # It is connected before the other: an answer comes that way.
    converse(home, "tokens=1")
    other = home.context.new_page()
    other.goto(home.url)
    line(home).to_contain_text("is open in more than")
    home.get_by_role("button", name="Continue here").click()
    expect(home.locator("#offline-line")).to_be_hidden()
    line(other).to_contain_text("is open in more than")
    other.reload()
    expect(other.locator("#offline-line")).to_be_hidden()
    line(home).to_contain_text("is open in more than")
