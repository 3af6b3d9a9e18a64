"""The list of conversations: renamed, deleted, and older ones."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from conversations.chat import actions
from conversations.database.threads import in_thread
from conversations.models import Conversation, User
from tests.browser.talking import (
    answer,
    button,
    conversation_with,
    converse,
    looked_at,
    messages,
)

pytestmark = pytest.mark.browser


def rows(page: Page) -> list[str]:
    """The titles in the list of conversations, from the top."""
    links = page.get_by_role("navigation", name="Conversations").locator("li a")
    return links.all_inner_texts()


def test_a_conversation_is_renamed_in_every_tab(home: Page) -> None:
    converse(home)
    second = home.context.new_page()
    second.goto(home.url)
    home.bring_to_front()
    button(home.get_by_role("navigation"), "More").click()
    home.get_by_role("menuitem", name="Rename", exact=True).click()
    home.get_by_role("textbox", name="Title").fill("All about tea")
    button(home.get_by_role("dialog"), "Rename").click()
    for page in looked_at(home, second):
        expect(page.get_by_role("link", name="All about tea")).to_be_visible()
        expect(page).to_have_title("All about tea · Parley")


def test_a_conversation_is_deleted_in_every_tab(home: Page) -> None:
    converse(home)
    second = home.context.new_page()
    second.goto(home.url)
    home.bring_to_front()
    button(home.get_by_role("navigation"), "More").click()
    home.get_by_role("menuitem", name="Delete", exact=True).click()
    for page in looked_at(home, second):
        expect(page).to_have_url(re.compile(r":\d+/$"))
        expect(messages(page)).to_have_count(0)
        assert rows(page) == []


def test_deleting_a_deleted_conversation_is_not_an_error(
    home: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = actions.delete

    # Sooner, and the page might hear of it before somebody can press Delete.
    async def delete_too_late(user: User, conversation_id: UUID, **links: bool) -> None:
        await in_thread(Conversation.objects.filter(pk=conversation_id).delete)
        await delete(user, conversation_id, **links)

    monkeypatch.setattr(actions, "delete", delete_too_late)
    converse(home)
    button(home.get_by_role("navigation"), "More").click()
    home.get_by_role("menuitem", name="Delete", exact=True).click()
    expect(messages(home)).to_have_count(0)
    expect(home.get_by_text("This no longer exists.")).to_be_hidden()


def test_older_conversations_are_opened_from_the_list(home: Page, alice: User) -> None:
    conversation_with(alice, "Which tea?", "Assam.", title="Which tea?")
    home.reload()
    home.get_by_role("link", name="Which tea?").click()
    expect(answer(home)).to_contain_text("Assam.")
    home.go_back()
    expect(messages(home)).to_have_count(0)


def test_the_sidebar_has_one_button_in_sight_at_a_time(home: Page) -> None:
    hide, show = button(home, "Hide the sidebar"), button(home, "Show the sidebar")
    expect(hide).to_be_visible()
    expect(show).to_be_hidden()
    hide.click()
    expect(show).to_be_visible()
    expect(hide).to_be_hidden()
    expect(show).to_be_focused()
    home.reload()
    expect(show).to_be_visible()
