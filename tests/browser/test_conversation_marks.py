"""Marks of conversations in the sidebar and the tab: an answer is running, or ended unseen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import begin, button, converse, wait_for_end
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


def rows(page: Page) -> Locator:
    """The rows of the list of conversations, in order."""
    return page.get_by_role("navigation", name="Conversations").locator("[data-conversation-id]")


def titles(page: Page) -> list[str]:
    return page.get_by_role("navigation").locator("[data-conversation-id] a").all_inner_texts()


def new_conversation(page: Page) -> None:
    button(page.get_by_role("navigation"), "New conversation").click()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)


def test_a_conversation_is_marked_while_it_answers_and_until_it_is_seen(
    home: Page, upstream: ScriptedUpstream
) -> None:
    begin(home, upstream)
    expect(home).to_have_title(re.compile("^… Please"))
    expect(rows(home).first).to_have_attribute("aria-busy", "true")
    link = rows(home).first.get_by_role("link")
    expect(link).to_have_accessible_description("An answer is being written")
    new_conversation(home)
    converse(home, "Another, tokens=2")
    expect(rows(home)).to_have_count(2)
    order = titles(home)
    expect(rows(home).nth(0)).to_have_attribute("aria-busy", "false")
    expect(rows(home).nth(1)).to_have_attribute("aria-busy", "true")
    assert faults_in_both_schemes(home) == []
    # The mark is there in every tab, and after a reload.
    home.reload()
    expect(rows(home).nth(1)).to_have_attribute("aria-busy", "true")
    upstream.open("g", 20)
    link = rows(home).nth(1).get_by_role("link")
    expect(link).to_have_accessible_description("Answered, not seen yet")
    expect(rows(home).nth(1)).to_have_attribute("aria-busy", "false")
    expect(home).to_have_title(re.compile(r"^\(1\) Another"))
    assert titles(home) == order
    assert faults_in_both_schemes(home) == []
    home.reload()
    expect(link).to_have_accessible_description("Answered, not seen yet")
    link.click()
    expect(link).not_to_have_accessible_description("Answered, not seen yet")
    expect(home).to_have_title(re.compile("^Please"))
    assert titles(home) == order


def test_an_answer_that_ends_while_no_page_is_open_is_unread_too(
    home: Page, upstream: ScriptedUpstream
) -> None:
    begin(home, upstream)
    elsewhere = home.context.new_page()
    home.close()
    elsewhere.goto("/account/")
    upstream.open("g", 20)
    upstream.wait_until(lambda: upstream.calls[0].ended == "answered")
    elsewhere.goto("/")
    link = rows(elsewhere).first.get_by_role("link")
    expect(link).to_have_accessible_description("Answered, not seen yet")


def test_what_one_tab_shows_is_unread_in_none(home: Page, upstream: ScriptedUpstream) -> None:
    begin(home, upstream)
    second = home.context.new_page()
    second.goto("/")
    expect(rows(second).first).to_have_attribute("aria-busy", "true")
    home.bring_to_front()
    upstream.open("g", 20)
    wait_for_end(home)
    second.bring_to_front()
    expect(rows(second).first).to_have_attribute("aria-busy", "false")
    expect(rows(second).first.get_by_role("img")).to_have_count(0)
