"""The tree of messages: edits, versions, branches and deletion."""

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import Conversation, User
from tests.browser.axe import faults_of
from tests.browser.talking import (
    answer,
    button,
    converse,
    looked_at,
    messages,
    wait_for_end,
)
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


def second_tab(page: Page) -> Page:
    """The same conversation in another tab of the same browser."""
    second = page.context.new_page()
    second.goto(page.url)
    return second


def texts(page: Page) -> list[str]:
    """The texts of the user's messages, in order."""
    return page.get_by_role("article", name="You").locator(".bubble").all_inner_texts()


def more(message: Locator, action: str) -> None:
    """Choose an action in the menu of a message."""
    message.hover()
    button(message, "More").click()
    message.page.get_by_role("menuitem", name=action, exact=True).click()


def edited(page: Page, text: str) -> None:
    """Edit the first message and send it."""
    first = messages(page).first
    first.hover()
    button(first, "Edit").click()
    box = page.get_by_role("textbox", name="New wording")
    box.fill(text)
    box.press("Enter")


def test_an_edited_message_is_another_version_beside_the_first(home: Page) -> None:
    converse(home, "First, tokens=2")
    edited(home, "Second, tokens=2")
    expect(messages(home).first).to_contain_text("Second")
    wait_for_end(home)
    assert texts(home) == ["Second, tokens=2"]
    expect(messages(home).first).to_contain_text("2/2")
    button(messages(home).first, "Previous version").click()
    expect(messages(home).first).to_contain_text("First")
    expect(answer(home)).to_contain_text("gen:1:")


def test_the_focus_stays_on_the_arrows_and_beside_what_was_deleted(home: Page) -> None:
    converse(home, "First, tokens=2")
    edited(home, "Second, tokens=2")
    wait_for_end(home)
    expect(home.get_by_role("textbox", name="Message", exact=True)).to_be_focused()
    edited(home, "Third, tokens=2")
    wait_for_end(home)
    first = messages(home).first
    button(first, "Previous version").press("Enter")
    expect(first).to_contain_text("2/3")
    expect(button(first, "Previous version")).to_be_focused()
    home.keyboard.press("Enter")
    expect(first).to_contain_text("1/3")
    expect(button(first, "Next version")).to_be_focused()
    home.keyboard.press("Enter")
    expect(first).to_contain_text("2/3")
    expect(button(first, "Next version")).to_be_focused()
    more(messages(home).nth(1), "Delete")
    expect(messages(home)).to_have_count(1)
    expect(button(first, "More")).to_be_focused()
    more(first, "Delete")
    expect(first).to_contain_text("2/2")
    expect(button(first, "More")).to_be_focused()


def test_escape_closes_an_edit(home: Page) -> None:
    converse(home, "First, tokens=2")
    messages(home).first.hover()
    button(messages(home).first, "Edit").click()
    box = home.get_by_role("textbox", name="New wording")
    expect(box).to_be_focused()
    box.fill("Second")
    box.press("Escape")
    expect(box).to_have_count(0)
    expect(button(messages(home).first, "Edit")).to_be_focused()
    assert texts(home) == ["First, tokens=2"]


def test_an_unsent_edit_is_kept_until_it_is_cancelled(home: Page) -> None:
    converse(home, "First, tokens=2")
    box = home.get_by_role("textbox", name="New wording")

    def edit() -> None:
        messages(home).first.hover()
        button(messages(home).first, "Edit").click()

    edit()
    box.fill("Sec")
    home.reload()
    edit()
    expect(box).to_have_value("Sec")
    box.press("Escape")
    edit()
    expect(box).to_have_value("Sec")
    button(home, "Cancel").click()
    home.reload()
    edit()
    expect(box).to_have_value("First, tokens=2")
    box.fill("Second, tokens=2")
    box.press("Enter")
    wait_for_end(home)
    button(messages(home).first, "Previous version").click()
    expect(messages(home).first).to_contain_text("First")
    edit()
    expect(box).to_have_value("First, tokens=2")


def test_an_edit_waits_for_an_answer_that_has_started(
    home: Page, upstream: ScriptedUpstream
) -> None:
    converse(home, "First, tokens=2")
    messages(home).first.hover()
    button(messages(home).first, "Edit").click()
    box = home.get_by_role("textbox", name="New wording")
    box.fill("Second, tokens=2")
    message = home.get_by_role("textbox", name="Message", exact=True)
    message.fill("Meanwhile, tokens=20 gate=g")
    message.press("Enter")
    upstream.open("g", 3)
    expect(answer(home)).to_contain_text(":0002")
    box.press("Enter")
    expect(home.get_by_text("An answer is being written.")).to_be_visible()
    expect(box).to_have_value("Second, tokens=2")
    form = home.locator("form.edit")
    expect(button(form, "Send")).to_be_disabled()
    assert faults_of(home) == []
    upstream.open("g", 20)
    wait_for_end(home)
    expect(home.get_by_text("An answer is being written.")).to_be_hidden()
    expect(button(form, "Send")).to_be_enabled()
    box.press("Enter")
    expect(messages(home).first).to_contain_text("2/2")
    assert texts(home) == ["Second, tokens=2"]


def test_two_tabs_show_the_same_branch(home: Page) -> None:
    converse(home, "First, tokens=2")
    second = second_tab(home)
    home.bring_to_front()
    edited(home, "Second, tokens=2")
    for page in looked_at(home, second):
        expect(messages(page).first).to_contain_text("Second")
        expect(answer(page)).to_contain_text("gen:2:0001")
    button(messages(second).first, "Previous version").click()
    for page in looked_at(home, second):
        expect(messages(page).first).to_contain_text("First")
        expect(answer(page)).to_contain_text("gen:1:0001")
    home.bring_to_front()
    button(messages(home).first, "Next version").click()
    home.reload()
    for page in looked_at(home, second):
        expect(messages(page).first).to_contain_text("Second")


def test_a_branched_conversation_does_not_change_its_origin(home: Page, alice: User) -> None:
    converse(home, "First, tokens=2")
    converse(home, "Second, tokens=2")
    origin = home.url
    more(messages(home).nth(1), "Branch to a new conversation")
    expect(messages(home)).to_have_count(2)
    assert home.url != origin
    converse(home, "Third, tokens=2")
    assert texts(home) == ["First, tokens=2", "Third, tokens=2"]
    home.goto(origin)
    expect(messages(home)).to_have_count(4)
    assert texts(home) == ["First, tokens=2", "Second, tokens=2"]
    assert Conversation.objects.filter(user=alice).count() == 2


def test_a_deleted_message_is_restored_in_every_tab(home: Page) -> None:
    converse(home, "First, tokens=2")
    converse(home, "Second, tokens=2")
    second = second_tab(home)
    home.bring_to_front()
    more(messages(home).nth(2), "Delete")
    for page in looked_at(home, second):
        expect(messages(page)).to_have_count(2)
    converse(second, "Third, tokens=2")
    home.bring_to_front()
    expect(messages(home)).to_have_count(4)
    button(home, "Undo").click()
    for page in looked_at(home, second):
        expect(messages(page).nth(2)).to_contain_text("Second")
        expect(messages(page)).to_have_count(4)
    expect(button(home, "Undo")).to_have_count(0)


def test_the_offer_to_undo_leaves_after_ten_seconds_unless_somebody_is_at_it(home: Page) -> None:
    converse(home, "First, tokens=2")
    converse(home, "Second, tokens=2")
    home.clock.install()
    home.reload()
    line = home.locator("#undo-lines .composer-line")
    more(messages(home).nth(2), "Delete")
    expect(button(home, "Undo")).to_be_visible()
    line.hover()
    home.clock.fast_forward(11_000)
    expect(button(home, "Undo")).to_be_visible()
    home.mouse.move(0, 0)
    button(home, "Undo").focus()
    home.clock.fast_forward(11_000)
    expect(button(home, "Undo")).to_be_visible()
    assert faults_of(home) == []
    home.get_by_role("textbox", name="Message", exact=True).focus()
    home.clock.fast_forward(9_000)
    expect(button(home, "Undo")).to_be_visible()
    home.clock.fast_forward(2_000)
    expect(button(home, "Undo")).to_have_count(0)


def test_the_offer_to_undo_is_dismissed(home: Page) -> None:
    converse(home, "First, tokens=2")
    converse(home, "Second, tokens=2")
    more(messages(home).nth(2), "Delete")
    button(home, "Dismiss").click()
    expect(button(home, "Undo")).to_have_count(0)


def test_a_deleted_conversation_is_restored(home: Page) -> None:
    converse(home, "First, tokens=2")
    address = home.url
    listed = home.get_by_role("link", name="First, tokens=2")
    button(home.get_by_role("navigation"), "More").click()
    home.get_by_role("menuitem", name="Delete", exact=True).click()
    expect(messages(home)).to_have_count(0)
    expect(listed).to_have_count(0)
    button(home, "Undo").click()
    expect(home).to_have_url(address)
    expect(messages(home)).to_have_count(2)
    expect(listed).to_have_count(1)


def test_copying_as_markdown_gives_the_source(home: Page) -> None:
    home.context.grant_permissions(["clipboard-read", "clipboard-write"])
    converse(home, "First, tokens=2")
    more(messages(home).first, "Copy as Markdown")
    expect(home.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert home.evaluate("navigator.clipboard.readText()") == "First, tokens=2"
