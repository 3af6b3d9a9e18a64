"""Addresses of messages, and offers to undo, when the conversation on the page changes."""

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import LanguageModel, User
from tests.browser.talking import button, conversation_with, messages, status
from tests.browsers import NewPage

pytestmark = pytest.mark.browser

GONE = "no longer in the conversation"


@pytest.mark.parametrize("named", ["00000000-0000-4000-8000-000000000000", "cut-off", ""])
def test_a_link_to_a_message_that_is_gone_says_so(
    new_page: NewPage, alice: User, model: LanguageModel, named: str
) -> None:
    talk = conversation_with(alice, "A question", "An answer")
    page = new_page(alice)
    page.goto(f"/c/{talk.pk}/#m-{named}")
    expect(status(page, GONE)).to_be_visible()
    expect(messages(page)).to_have_count(2)
    button(page, "Dismiss").click()
    expect(status(page, GONE)).to_have_count(0)
    page.evaluate("location.hash = '#m-other'")
    expect(status(page, GONE)).to_be_visible()
    page.evaluate(f"location.hash = '#m-{talk.head_id}'")
    expect(status(page, GONE)).to_have_count(0)


def test_a_link_to_a_deleted_message_says_so(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    talk = conversation_with(alice, "A question", "An answer")
    page = new_page(alice)
    page.goto(f"/c/{talk.pk}/")
    delete_answer(page)
    other = new_page(alice)
    other.goto(f"/c/{talk.pk}/#m-{talk.head_id}")
    expect(status(other, GONE)).to_be_visible()
    button(other.get_by_role("navigation"), "New conversation").first.click()
    expect(status(other, GONE)).to_have_count(0)


def delete_answer(page: Page) -> None:
    """Delete the answer, which offers to undo that."""
    button(messages(page).last, "More").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(offers(page)).to_have_count(1)


def offers(page: Page) -> Locator:
    """The offers to undo that are shown."""
    return page.get_by_role("button", name="Undo", exact=True)


def test_an_offer_to_undo_is_shown_with_its_conversation_alone(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    talk = conversation_with(alice, "A question", "An answer")
    conversation_with(alice, "Another question", "Another answer", title="Coffee")
    page = new_page(alice)
    page.goto(f"/c/{talk.pk}/")
    delete_answer(page)
    page.get_by_role("link", name="Coffee").click()
    expect(messages(page)).to_have_count(2)
    expect(offers(page)).to_have_count(0)
    page.keyboard.press("Control+Shift+O")
    expect(messages(page)).to_have_count(0)
    expect(offers(page)).to_have_count(0)
    page.get_by_role("link", name="Tea").click()
    expect(messages(page)).to_have_count(1)
    offers(page).click()
    expect(messages(page)).to_have_count(2)
