"""Text boxes that grow with their text, also in browsers whose style sheets cannot do that."""

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import LanguageModel, User
from tests.browser.talking import answer, button, conversation_with, messages
from tests.browsers import NewPage

pytestmark = pytest.mark.browser

# A browser without field-sizing, such as Safari 18.
WITHOUT = """
const supports = CSS.supports.bind(CSS);
CSS.supports = (name, ...rest) => name !== "field-sizing" && supports(name, ...rest);
document.addEventListener("DOMContentLoaded", () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("textarea { field-sizing: fixed !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
});
"""
TEN_LINES = "\n".join(f"line {number}" for number in range(10))
HIDDEN = "(box) => box.scrollHeight - box.clientHeight"


@pytest.fixture(params=["with field-sizing", "without"])
def page(
    request: pytest.FixtureRequest, new_page: NewPage, alice: User, model: LanguageModel
) -> Page:
    """Alice's page of a conversation whose question has ten lines."""
    page = new_page(alice)
    if request.param == "without":
        page.add_init_script(WITHOUT)
    page.goto(f"/c/{conversation_with(alice, TEN_LINES, 'Green.').pk}/")
    expect(answer(page)).to_contain_text("Green.")
    return page


def check_growth(box: Locator, page: Page) -> None:
    """Check that a box shows ten lines whole, gets smaller again, and leaves room on the page."""
    box.fill("one")
    small = box.bounding_box()["height"]
    box.fill(TEN_LINES)
    assert box.evaluate(HIDDEN) <= 1
    assert box.bounding_box()["height"] > 200
    box.fill(TEN_LINES * 20)
    assert box.bounding_box()["height"] <= page.viewport_size["height"] / 2 + 1
    box.fill("")
    assert box.bounding_box()["height"] <= small


def test_the_message_box_grows(page: Page) -> None:
    check_growth(page.get_by_role("textbox", name="Message", exact=True), page)


def test_a_draft_is_shown_whole(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message", exact=True)
    box.fill(TEN_LINES)
    page.reload()
    expect(box).to_have_value(TEN_LINES)
    assert box.evaluate(HIDDEN) <= 1


def test_the_box_of_an_edit_begins_as_high_as_its_text_and_grows(page: Page) -> None:
    button(messages(page).first, "Edit").click()
    box = page.get_by_role("textbox", name="New wording")
    expect(box).to_have_value(TEN_LINES)
    expect(box).to_have_js_property("scrollTop", 0)
    page.wait_for_function("() => new Promise(requestAnimationFrame)")
    assert box.evaluate(HIDDEN) <= 1
    check_growth(box, page)


def test_the_system_message_grows(page: Page) -> None:
    button(page, "Parameters").click()
    check_growth(page.locator("#system-message"), page)


def test_the_note_of_a_rating_grows(page: Page) -> None:
    button(answer(page), "Good answer").click()
    box = page.get_by_role("textbox", name="What was good about it?")
    small = box.bounding_box()["height"]
    box.fill("one\ntwo\nthree\nfour\nfive")
    assert box.evaluate(HIDDEN) <= 1
    assert box.bounding_box()["height"] > small
