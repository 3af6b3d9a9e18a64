"""Hostile text on a page runs no script and contacts no other host."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from conversations.admin.choices import MOST_CHOICES
from conversations.models import (
    Conversation,
    LanguageModel,
    Message,
    User,
)
from tests.browser.hostile import STRINGS
from tests.browser.hostile_site import (
    add_models,
    count_use,
    keep_definitions,
    name_conversations,
    talk,
)
from tests.browser.talking import button, messages
from tests.browsers import NewPage
from tests.live import LiveSite

pytestmark = [pytest.mark.browser, pytest.mark.long]

USUAL: ViewportSize = {"width": 1280, "height": 720}
TALL: ViewportSize = {"width": 1280, "height": 6000}
PART = 100
PARTS = [STRINGS[start : start + PART] for start in range(0, len(STRINGS), PART)]
WATCH = """
window.hit = () => console.error("A script ran.");
addEventListener("securitypolicyviolation", (event) =>
  console.error(`Against the policy: ${event.violatedDirective} ${event.blockedURI}`));
"""

Open = Callable[[User], Page]


@pytest.fixture
def watched(new_page: NewPage, live_site: LiveSite, faults: list[str]) -> Open:
    """Make pages that fail the test when, in any frame, a script runs, the policy is violated or
    another host is contacted."""

    def note(url: str) -> None:
        if origin(url) not in {live_site.url, "blob:", "data:"}:
            faults.append(f"request to {url}")

    def make(user: User) -> Page:
        page = new_page(user)
        page.add_init_script(WATCH)
        page.on("request", lambda request: note(request.url))
        return page

    return make


def origin(url: str) -> str:
    """The host of a request."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def test_there_are_three_hundred_strings() -> None:
    assert len(set(STRINGS)) == 300


@pytest.mark.parametrize("strings", PARTS)
def test_hostile_text_in_a_conversation_does_nothing(
    strings: list[str], watched: Open, alice: User
) -> None:
    model = add_models(strings)
    keep_definitions(alice, strings)
    name_conversations(alice, model, strings)
    page = watched(alice)
    conversation = talk(alice, model, strings, strings)
    show(page, conversation)
    scroll_through(page, conversation)
    # A short conversation opens faster, and the lists of names beside it are as full.
    show(page, talk(alice, model, strings, strings[:1]))
    open_everything(page)
    drop_files(page, strings)


def test_hostile_names_on_the_account_and_administration_pages_do_nothing(
    watched: Open, live_site: LiveSite
) -> None:
    dana = User.objects.create_superuser("dana", "dana@example.org", "a quiet afternoon")
    add_models(STRINGS)
    count_use(dana)
    page = watched(dana)
    for path in pages_with_names():
        page.goto(path)
        assert "window.hit" in page.content(), path


def test_hostile_names_in_choices_of_an_administrator_do_nothing(
    watched: Open, live_site: LiveSite
) -> None:
    page = watched(User.objects.create_superuser("dana", "dana@example.org", "a quiet afternoon"))
    # Above a hundred models there is no list; their names are typed.
    for start in range(0, len(STRINGS), MOST_CHOICES - 1):
        LanguageModel.objects.all().delete()
        add_models(STRINGS[start : start + MOST_CHOICES - 1])
        for path in ("/admin/live/", "/admin/usage/"):
            page.goto(path)
            assert "window.hit" in page.content(), path


def show(page: Page, conversation: Conversation) -> None:
    """Open a conversation and wait for its last message."""
    page.goto(f"/c/{conversation.pk}/")
    conversation.refresh_from_db()
    expect(page.locator(f"[data-message-id='{conversation.head_id}']")).to_be_visible()


def scroll_through(page: Page, conversation: Conversation) -> None:
    """Scroll up until each message has been in the document once, so that all of it is drawn."""
    page.set_viewport_size(TALL)
    count = conversation.messages.exclude(role=Message.Role.TOOL).count()
    page.evaluate(
        """async (count) => {
          const scroller = document.getElementById("log-scroller");
          const seen = new Set();
          while (seen.size < count) {
            for (const each of scroller.querySelectorAll("[data-message-id]"))
              seen.add(each.dataset.messageId);
            // What was passed before it was drawn is met the next time.
            if (scroller.scrollTop > 0) scroller.scrollTop -= scroller.clientHeight / 2;
            else scroller.scrollTop = scroller.scrollHeight;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        }""",
        count,
    )
    page.set_viewport_size(USUAL)


def open_everything(page: Page) -> None:
    """Open all menus, panels and dialogs that show names."""
    button(page, "Model").click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    button(messages(page).last, "Details").click()
    expect(page.locator("#details-request")).to_contain_text('"tools"')
    page.keyboard.press("Escape")
    button(messages(page).last, "Show as table").click()
    button(page, "Parameters").click()
    button(page, "New function").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("<b>")
    page.get_by_role("textbox", name="Parameters, as a JSON schema").fill('{"type": "<img>"}')
    button(page, "Cancel").click()
    page.get_by_role("button", name="Edit ").first.click()
    button(page, "Cancel").click()
    button(page, "Close the parameters").click()
    button(page.get_by_role("navigation"), "More").last.click()
    page.get_by_role("menuitem", name="Rename", exact=True).click()
    button(page, "Cancel").click()
    button(page.get_by_role("navigation"), "More").last.click()
    page.get_by_role("menuitem", name="Delete", exact=True).click()
    expect(button(page, "Undo")).to_be_visible()


def drop_files(page: Page, strings: list[str]) -> None:
    """Attach files with hostile names; the last one is not text."""
    contents = [text.encode() for text in strings[:-1]] + [b"\0"]
    files = [
        {"name": text.replace("/", "_"), "mimeType": "text/plain", "buffer": content}
        for text, content in zip(strings, contents, strict=True)
    ]
    page.locator("#file-picker").set_input_files(files)
    expect(page.get_by_role("alert").filter(has_text="is not a text file")).to_be_visible()
    attached = page.get_by_role("list", name="Attached texts").get_by_role("listitem")
    expect(attached.first).to_be_visible()
    attached.first.get_by_role("button").first.click()
    page.keyboard.press("Escape")


LISTS = ("auditentry", "languagemodel", "ledgerentry", "rule")
LIST_PAGES = 2


def pages_with_names() -> list[str]:
    """Open the lists of models beside the conversation."""
    model = LanguageModel.objects.get(name="<img src=x onerror=window.hit()>")
    lists = [
        f"/admin/conversations/{name}/?p={number}"
        for name in LISTS
        for number in range(1, LIST_PAGES + 1)
    ]
    return [
        "/account/",
        "/admin/usage/models/",
        f"/admin/conversations/languagemodel/{model.pk}/change/",
        f"/admin/conversations/languagemodel/{model.pk}/delete/",
        *lists,
    ]
