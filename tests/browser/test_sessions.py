"""Sessions in a browser: signing out leaves nothing there, and other tabs hear of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from conversations.accounts import sessions
from conversations.models import BrowserSession
from tests.browser.talking import wait_until_true
from tests.browsers import NewPage
from tests.live import LiveSite
from tests.people import PASSWORD, People, make_model

pytestmark = pytest.mark.django_db(transaction=True)
STORED = "[localStorage, sessionStorage].flatMap((each) => Object.keys(each))"


@pytest.fixture(autouse=True)
def model() -> None:
    """The conversation page needs one."""
    make_model()


def opened(page: Page, site: LiveSite) -> Page:
    """The page with an unsent message in its box."""
    page.goto(site.url)
    page.get_by_label("Message", exact=True).fill("my secret plan")
    return page


def press_sign_out(page: Page) -> None:
    """Choose *Sign out* in the menu of the user."""
    page.locator("#user-button").click()
    page.get_by_role("button", name="Sign out").click()


def test_signing_out_asks_about_drafts_and_leaves_nothing(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = opened(new_page(people.alice), live_site)
    page.evaluate("localStorage.setItem('theme', 'dark')")
    press_sign_out(page)
    expect(page.get_by_text("Messages that you have not sent are removed")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert page.evaluate(STORED) == ["theme"]
    page.go_back()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert "my secret plan" not in page.content()


def test_a_form_that_is_sent_before_its_script_runs_leaves_nothing_either(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = opened(new_page(people.alice), live_site)
    page.route(
        "**/js/pages/account.*.js",
        lambda route: route.fulfill(content_type="text/javascript", body=""),
    )
    page.goto(f"{live_site.url}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    wait_until_true(page, f"{STORED}.length === 0")
    expect(page).to_have_url(re.compile(r"/accounts/login/[^#]*$"))


def test_a_link_elsewhere_to_the_end_of_a_sign_out_removes_no_draft(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = opened(new_page(people.alice), live_site)
    sessions.end(people.alice, sessions.sessions_of(people.alice))
    expect(page.get_by_label("Password", exact=True)).to_be_visible(timeout=5000)
    page.goto("about:blank")
    page.goto(f"{live_site.url}/accounts/login/#signed-out")
    expect(page).to_have_url(re.compile(r"/accounts/login/[^#]*$"))
    assert "draft:alice" in " ".join(page.evaluate(STORED))


def test_without_a_draft_signing_out_asks_nothing(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = new_page(people.alice)
    page.goto(live_site.url)
    press_sign_out(page)
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


def test_the_other_tabs_of_the_browser_are_signed_out_and_emptied(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = new_page(people.alice)
    page.goto(live_site.url)
    conversation = opened(page.context.new_page(), live_site)
    conversation.evaluate("sessionStorage.setItem('outbox:alice', '[]')")
    account = page.context.new_page()
    account.goto(f"{live_site.url}/account/")
    page.goto(f"{live_site.url}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    for tab in (conversation, account):
        expect(tab.get_by_label("Password", exact=True)).to_be_visible()
        assert tab.evaluate(STORED) == []


def test_signing_out_in_the_administration_leaves_nothing_either(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = opened(new_page(people.dana), live_site)
    page.goto(f"{live_site.url}/admin/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Log in again").or_(page.get_by_label("Password"))).to_be_visible()
    assert [each for each in page.evaluate(STORED) if each.startswith("draft:")] == []


def test_a_session_that_is_ended_elsewhere_closes_its_page_and_keeps_the_draft(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = opened(new_page(people.alice), live_site)
    sessions.end(people.alice, sessions.sessions_of(people.alice))
    expect(page.get_by_label("Password", exact=True)).to_be_visible(timeout=5000)
    page.get_by_label("Username or email").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("my secret plan")


def test_a_session_that_was_not_used_says_so_and_the_next_user_finds_no_draft(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    page = opened(new_page(people.alice), live_site)
    BrowserSession.objects.update(last_seen_at="2026-01-01T00:00:00Z")
    expect(page.get_by_text("was not used for 7 days")).to_be_visible(timeout=5000)
    page.get_by_label("Username or email").fill("bob")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    wait_until_true(page, f"!{STORED}.some((each) => each.includes('alice'))")


def test_the_list_is_worked_by_keyboard(
    new_page: NewPage, live_site: LiveSite, people: People
) -> None:
    other = opened(new_page(people.alice), live_site)
    page = new_page()
    page.goto(f"{live_site.url}/accounts/login/?next=/accounts/sessions/")
    page.get_by_label("Username or email").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    end = page.get_by_role("button", name="End the session of")
    end.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The session was ended.")).to_be_visible()
    expect(end).to_have_count(0)
    expect(other.get_by_label("Password", exact=True)).to_be_visible(timeout=5000)
