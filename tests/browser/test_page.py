"""Sending, stopping and regenerating on the page of a conversation, and its failures."""

import re

import pytest
from playwright.sync_api import Page, expect

from conversations.models import LanguageModel, User
from tests.browser.talking import (
    answer,
    begin,
    button,
    converse,
    messages,
    send,
    token,
    tokens,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.people import PASSWORD, make_model
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


CONVERSATION = re.compile(r"/c/[0-9a-f-]{36}/$")


# Talking -----------------------------------------------------------------------------------------


def test_signing_in_leads_to_a_page_that_answers(
    page: Page, alice: User, model: LanguageModel
) -> None:
    page.goto("/")
    page.get_by_label("Username or email").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    button(page, "Sign in").click()
    converse(page)
    # The text is drawn with the next frame, which comes late on a busy machine.
    expect(answer(page)).to_contain_text("gen:1:0002")
    assert tokens(answer(page)) == ["1:0000", "1:0001", "1:0002"]
    expect(page).to_have_url(CONVERSATION)


def test_a_message_is_shown_at_once_and_its_answer_while_it_streams(
    home: Page, upstream: ScriptedUpstream
) -> None:
    begin(home, upstream, shown=2)
    question, reply = messages(home).all()
    expect(question).to_have_attribute("aria-label", "You")
    expect(question).to_contain_text("Please, tokens=20 gate=g")
    expect(reply).to_have_attribute("aria-label", "good")
    expect(reply).to_have_attribute("aria-busy", "true")
    assert tokens(reply) == ["1:0000", "1:0001"]
    upstream.open("g")
    expect(reply).to_contain_text(token(1, 2))
    expect(home.get_by_role("textbox", name="Message")).to_have_value("")
    upstream.open("g", 20)
    wait_for_end(home)


def test_stopping_keeps_the_text_so_far(home: Page, upstream: ScriptedUpstream) -> None:
    begin(home, upstream, shown=4)
    button(home, "Stop").click()
    wait_for_end(home, "Stopped")
    assert tokens(answer(home)) == [f"1:000{number}" for number in range(4)]
    expect(answer(home)).to_contain_text("You stopped the answer. The text so far is saved.")
    expect(button(home, "Send")).to_be_visible()


def test_a_stopped_answer_continues_where_it_ended(home: Page, upstream: ScriptedUpstream) -> None:
    begin(home, upstream, shown=2)
    button(home, "Stop").click()
    wait_for_end(home, "Stopped")
    button(answer(home), "Continue").click()
    upstream.open("g", 40)
    wait_for_end(home)
    assert tokens(answer(home))[:3] == ["1:0000", "1:0001", "2:0000"]
    expect(messages(home)).to_have_count(2)


def test_regenerating_adds_a_version_and_the_arrows_step_between_them(home: Page) -> None:
    converse(home)
    button(answer(home), "Regenerate").click()
    expect(answer(home)).to_contain_text(token(2, 2))
    wait_for_end(home)
    expect(answer(home)).to_contain_text("2/2")
    button(answer(home), "Previous version").click()
    expect(answer(home)).to_contain_text(token(1, 2))
    expect(answer(home)).to_contain_text("1/2")
    expect(button(answer(home), "Previous version")).to_be_disabled()
    button(answer(home), "Next version").click()
    expect(answer(home)).to_contain_text(token(2, 2))


def test_a_reload_keeps_everything_and_the_draft(home: Page) -> None:
    converse(home)
    home.get_by_role("textbox", name="Message").fill("Half a thought")
    before = messages(home).all_inner_texts()
    home.reload()
    expect(messages(home)).to_have_count(2)
    assert messages(home).all_inner_texts() == before
    expect(home.get_by_role("textbox", name="Message")).to_have_value("Half a thought")


def test_a_draft_that_is_too_long_says_so_after_a_reload_too(home: Page) -> None:
    home.get_by_role("textbox", name="Message").fill("x" * 100_001)
    reason = home.get_by_role("alert").filter(has_text="100,001 characters")
    expect(reason).to_be_visible()
    home.reload()
    expect(reason).to_be_visible()
    expect(button(home, "Send")).to_be_disabled()


def test_the_models_are_found_by_typing(home: Page) -> None:
    for name in ("acme/great", "acme/green"):
        make_model(name)
    home.reload()
    button(home, "Model").click()
    expect(home.get_by_role("option", name="acme/great")).to_be_focused()
    home.keyboard.type("gree")
    expect(home.get_by_role("option", name="acme/green")).to_be_focused()


def test_two_tabs_show_each_others_messages(home: Page) -> None:
    converse(home)
    second = home.context.new_page()
    second.goto(home.url)
    converse(second, "And from here, tokens=2")
    home.bring_to_front()
    expect(messages(home)).to_have_count(4)
    expect(answer(home)).to_contain_text(token(2, 1))
    converse(home, "And back, tokens=1")
    expect(messages(second)).to_have_count(6)
    expect(answer(second)).to_contain_text(token(3, 0))


def test_the_page_does_not_scroll_after_the_user_has_scrolled_away(
    home: Page, upstream: ScriptedUpstream
) -> None:
    home.set_viewport_size({"width": 900, "height": 420})
    send(home, "Please, tokens=600 gate=g")
    upstream.open("g", 300)
    expect(answer(home)).to_contain_text(token(1, 299))
    home.locator("#log-scroller").hover()
    upstream.open("g", 200)
    for _turn in range(5):
        home.mouse.wheel(0, -60)
    expect(home.locator("#jump")).to_be_visible()
    upstream.open("g", 100)
    wait_for_end(home)
    expect(home.locator("#jump")).to_be_visible()
    home.locator("#jump").click()
    expect(home.locator("#jump")).to_be_hidden()


# Failures -------------------------------------------------------------------------------


def test_an_answer_that_fails_before_its_first_token_says_why(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    make_model("500", base_url=upstream.address)
    page = new_page(alice)
    page.goto("/")
    send(page, "Hello")
    wait_for_end(page, "Failed")
    expect(answer(page)).to_contain_text("The model's server failed.")
    expect(answer(page)).not_to_contain_text("is saved")
    expect(button(answer(page), "Regenerate")).to_be_visible()


def test_an_answer_that_breaks_off_says_why_and_that_its_text_is_kept(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    make_model("cut", base_url=upstream.address)
    page = new_page(alice)
    page.goto("/")
    send(page, "Hello, at=3")
    wait_for_end(page, "Interrupted")
    assert tokens(answer(page)) == ["1:0000", "1:0001", "1:0002"]
    expect(answer(page)).to_contain_text(
        "The model's server broke off before the end of the answer. The text so far is saved."
    )
    expect(button(answer(page), "Continue")).to_be_visible()


def test_a_page_without_a_model_starts_by_itself_once_there_is_one(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = new_page(alice)
    page.goto("/")
    expect(page.get_by_text("There is no model yet.")).to_be_visible()
    page.get_by_role("textbox", name="Message").fill("Please, tokens=1")
    expect(button(page, "Send")).to_be_disabled()
    make_model("good", base_url=upstream.address)
    expect(button(page, "Send")).to_be_enabled()
    expect(page.get_by_text("There is no model yet.")).to_be_hidden()
    button(page, "Send").click()
    wait_for_end(page)
