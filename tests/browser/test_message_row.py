"""The row under a message: its time, its buttons, and the menu that has those without room."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from conversations.models import Conversation, Message, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import (
    answer,
    begin,
    button,
    conversation_with,
    converse,
    messages,
    send,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
FINGER_PX = 44


@pytest.fixture
def talk(alice: User) -> Conversation:
    """A question and an answer of half past eleven in the evening, in London."""
    made = conversation_with(alice, "Tea?", "Gladly.")
    Message.objects.update(created_at=datetime(2025, 11, 29, 23, 30, tzinfo=UTC))
    return made


def test_a_message_tells_its_time_in_the_zone_of_its_reader(
    new_page: NewPage, alice: User, talk: Conversation
) -> None:
    page = new_page(alice, timezone_id="Asia/Tokyo")
    page.goto(f"/c/{talk.pk}/")
    for message in messages(page).all():
        time = message.get_by_role("time")
        expect(time).to_have_text("Nov 30, 2025, 08:30")
        expect(time).to_have_attribute("title", re.compile("Sunday"))
        expect(time).to_have_css("opacity", "0")
        message.hover()
        expect(time).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    button(messages(page).first, "Copy").focus()
    expect(messages(page).first.get_by_role("time")).to_have_css("opacity", "1")
    expect(messages(page).first).to_have_accessible_name("You")
    expect(messages(page).first.get_by_role("heading")).to_have_text(re.compile("^You, .*08:30"))
    expect(messages(page).last.get_by_role("heading")).to_have_text(re.compile("^good, .*08:30"))
    assert faults_in_both_schemes(page) == []


def test_a_time_of_today_has_no_date(home: Page) -> None:
    converse(home)
    expect(answer(home).get_by_role("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_the_name_of_the_model_stands_from_the_first_moment(
    home: Page, upstream: ScriptedUpstream
) -> None:
    send(home, "Please, tokens=20 gate=g")
    name = answer(home).locator(".model-name")
    expect(name).to_have_text("good")
    expect(name).to_have_css("opacity", "1")
    expect(name).to_be_visible()
    expect(button(answer(home), "Copy")).to_be_hidden()
    upstream.open("g", 20)
    wait_for_end(home)
    expect(name).to_be_visible()


def test_the_menu_of_a_message_is_used_by_keys(home: Page) -> None:
    converse(home)
    more = button(answer(home), "More")
    more.focus()
    home.keyboard.press("Enter")
    menu = home.get_by_role("menu", name="More")
    items = menu.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    names = ["Copy as Markdown", "Branch to a new conversation", "Share up to here", "Delete"]
    expect(items).to_have_text(names)
    assert faults_in_both_schemes(home) == []
    keys = {"ArrowDown": 1, "End": 3, "ArrowUp": 2, "Home": 0, "s": 2, "b": 1}
    for key, place in keys.items():
        home.keyboard.press(key)
        expect(items.nth(place)).to_be_focused()
    home.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")


def test_on_a_phone_the_rare_actions_are_in_the_menu(
    new_page: NewPage, alice: User, talk: Conversation
) -> None:
    page = new_page(alice, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/c/{talk.pk}/")
    shown = messages(page).last.locator(".message-actions").get_by_role("button")
    names = [each.get_attribute("aria-label") for each in shown.all()]
    assert names[0] == "Copy"
    assert names[-1] == "More"
    assert "Details" not in names
    for message in messages(page).all():
        for each in message.get_by_role("button").all():
            box = each.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= FINGER_PX, each
            expect(each).to_have_css("opacity", "1")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    button(answer(page), "More").tap()
    menu = page.get_by_role("menu", name="More")
    expect(menu.get_by_role("menuitemcheckbox")).to_have_count(3)
    for item in menu.locator("button:visible").all():
        box = item.bounding_box()
        assert box is not None
        assert box["height"] >= FINGER_PX
    assert faults_in_both_schemes(page) == []
    menu.get_by_role("menuitem", name="Details").tap()
    expect(page.get_by_role("dialog", name="Details")).to_be_visible()
    page.keyboard.press("Escape")
    button(messages(page).first, "More").tap()
    expect(menu.get_by_role("menuitemcheckbox")).to_have_count(0)
    expect(menu.get_by_role("menuitem", name="Details")).to_be_hidden()


def test_while_one_answer_is_written_the_others_keep_their_buttons(
    home: Page, upstream: ScriptedUpstream
) -> None:
    converse(home)
    begin(home, upstream)
    first = messages(home).nth(1)
    first.hover()
    expect(button(first, "Copy")).to_be_visible()
    expect(button(answer(home), "More")).to_be_hidden()
    upstream.open("g", 20)
    wait_for_end(home)
