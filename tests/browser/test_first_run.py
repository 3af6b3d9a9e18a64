"""The first run and signing in, in the browser."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from conversations.accounts import first_run
from conversations.models import User
from tests.browsers import NewPage
from tests.people import PASSWORD, People

pytestmark = pytest.mark.browser


def test_the_printed_link_leads_to_a_signed_in_administrator(page: Page) -> None:
    page.goto(f"/setup/{first_run.issue_token()}/")
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Email").fill("dana@example.org")
    page.get_by_label("Password").fill("a quiet afternoon")
    page.get_by_role("button", name="Create administrator").click()
    expect(page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/$"))
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    assert User.objects.get().username == "dana"


def test_after_a_refused_set_up_the_focus_is_on_the_bad_field(
    page: Page, faults: list[str]
) -> None:
    page.goto(f"/setup/{first_run.issue_token()}/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Email").fill("dana@example.org")
    page.get_by_label("Password").fill("123")
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Username").fill("da na")
    page.get_by_label("Password").fill("a quiet afternoon")
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_label("Username")).to_be_focused()
    faults.clear()


def test_after_a_wrong_password_the_focus_is_on_the_password(page: Page, people: People) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username or email").fill("alice")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_a_page_is_signed_in_as_its_user(new_page: NewPage, people: People) -> None:
    page = new_page(people.alice)
    page.goto("/")
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def test_a_stranger_is_asked_to_sign_in_and_may_type_at_once(page: Page, people: People) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/$"))
    expect(page.get_by_text("Forgot password?")).to_be_visible()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_an_old_browser_is_told_that_it_is_too_old(page: Page) -> None:
    sentence = page.get_by_text("This browser is too old for this site.")
    page.goto("/accounts/login/")
    expect(sentence).to_be_hidden()

    def without_popovers(route: Route) -> None:
        style = route.fetch().text()
        assert ":popover-open" in style
        route.fulfill(body=style.replace(":popover-open", ":of-tomorrow"), content_type="text/css")

    page.route(re.compile(r"\.css$"), without_popovers)
    page.reload()
    expect(sentence).to_be_visible()
