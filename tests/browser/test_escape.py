"""Escape belongs to the innermost thing that is open: a running answer goes on meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from conversations.models import User
from tests.browser.talking import (
    answer,
    begin,
    button,
    conversation_with,
    messages,
    send,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser

MESSAGE = {"name": "Message", "exact": True}


@pytest.fixture
def answering(home: Page, upstream: ScriptedUpstream) -> Page:
    """Alice's page with one answer, while a second one waits for the gate."""
    send(home, "tokens=2")
    wait_for_end(home)
    begin(home, upstream)
    return home


def edit_queued(page: Page) -> None:
    """Edit a message that was queued."""
    page.get_by_role("textbox", **MESSAGE).fill("tokens=1")
    button(page, "Queue").click()
    button(page.get_by_role("list", name="Queued messages"), "Edit").click()


def rate(page: Page) -> None:
    """Rate an answer, which opens the form of a note and leaves the focus at the thumb."""
    button(messages(page).nth(1), "Good answer").click()


def write_note(page: Page) -> None:
    """Write the note on a rated answer."""
    rate(page)
    page.locator(".rating-form textarea").fill("Half")


def reset_parameters(page: Page) -> None:
    """Offer the undo of a reset, with the focus on it."""
    button(page, "Parameters").click()
    page.get_by_label("System message").fill("Be brief.")
    button(page, "Reset all").click()
    button(page.locator("#parameters"), "Undo").focus()


def open_find(page: Page) -> None:
    """Open the search, with the focus on one of its buttons."""
    button(page, "Find in conversation").click()
    button(page, "Next match").focus()


def open_panel(page: Page) -> None:
    """Open the parameters."""
    button(page, "Parameters").click()


def open_keys(page: Page) -> None:
    """Open a dialog."""
    page.keyboard.press("Control+/")


def open_menu(page: Page) -> None:
    """Open the menu of a message."""
    button(messages(page).nth(1), "More").click()


def rename(page: Page) -> None:
    """Ask for another title."""
    page.get_by_role("navigation").get_by_role("button", name="More").first.click()
    page.get_by_role("menuitem", name="Rename").click()


def open_models(page: Page) -> None:
    """Open the list of models."""
    button(page, "Model").click()


@pytest.mark.parametrize(
    ("open_thing", "shown"),
    [
        (rate, ".rating-form"),
        (write_note, ".rating-form"),
        (open_find, "#find"),
        (open_panel, "#parameters"),
        (reset_parameters, "#parameters .undo-lines > *"),
        (open_keys, "#keys-dialog"),
        (open_menu, "#message-menu"),
        (rename, "#rename-dialog"),
        (open_models, "#model-menu"),
    ],
)
def test_it_closes_what_is_open_and_then_stops_the_answer(
    answering: Page, open_thing: Callable[[Page], None], shown: str
) -> None:
    open_thing(answering)
    expect(answering.locator(shown)).to_be_visible()
    answering.keyboard.press("Escape")
    expect(answering.locator(shown)).to_be_hidden()
    expect(answer(answering)).to_have_attribute("aria-busy", "true")
    answering.get_by_role("textbox", **MESSAGE).press("Escape")
    wait_for_end(answering, "Stopped")


def test_an_undo_line_in_the_panel_goes_before_the_panel(answering: Page) -> None:
    reset_parameters(answering)
    answering.keyboard.press("Escape")
    expect(answering.locator("#parameters")).to_be_visible()


def test_a_queued_message_that_is_edited_goes_back_into_the_queue(
    answering: Page, upstream: ScriptedUpstream
) -> None:
    box = answering.get_by_role("textbox", **MESSAGE)
    edit_queued(answering)
    expect(box).to_have_value("tokens=1")
    answering.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(answering.get_by_role("list", name="Queued messages")).to_contain_text("tokens=1")
    expect(answer(answering)).to_have_attribute("aria-busy", "true")
    upstream.open("g", 20)
    expect(messages(answering)).to_have_count(6)


def test_what_was_typed_into_a_queued_message_stays(answering: Page) -> None:
    box = answering.get_by_role("textbox", **MESSAGE)
    edit_queued(answering)
    box.press_sequentially(" more")
    box.press("Escape")
    expect(box).to_have_value("tokens=1 more")
    expect(answer(answering)).to_have_attribute("aria-busy", "true")
    box.press("Escape")
    wait_for_end(answering, "Stopped")
    expect(box).to_have_value("tokens=1 more")


def test_from_a_button_it_closes_the_box_of_an_edited_message(
    new_page: NewPage, alice: User
) -> None:
    page = new_page(alice)
    page.goto(f"/c/{conversation_with(alice, 'A question', 'An answer').pk}/")
    button(messages(page).first, "Edit").click()
    page.get_by_role("textbox", name="New wording").fill("Another")
    button(page, "Cancel").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="New wording")).to_have_count(0)
    button(messages(page).first, "Edit").click()
    expect(page.get_by_role("textbox", name="New wording")).to_have_value("Another")
