"""An hour on the site without a mouse: nothing is out of reach, and nothing traps the focus."""

import pytest
from playwright.sync_api import Page, Route, expect

from conversations.models import LanguageModel, User
from tests.browser.by_keyboard import Keyboard
from tests.browser.talking import answer, button, converse, messages, token, wait_for_end
from tests.browser.test_comparing import columns
from tests.browsers import NewPage
from tests.people import PASSWORD, make_model
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


@pytest.fixture
def keys(
    new_page: NewPage, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> Keyboard:
    """The page of somebody who has just signed in."""
    make_model("siliconflow", base_url=upstream.address)
    page = new_page()
    page.goto("/")
    keys = Keyboard(page)
    keys.to("Username or email")
    keys.type(alice.username)
    keys.to("Password")
    keys.type(PASSWORD)
    keys.use("Sign in")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    return keys


def test_the_whole_hour_without_a_mouse(keys: Keyboard, upstream: ScriptedUpstream) -> None:
    page = keys.page
    choose_a_model(keys)
    set_a_parameter(keys)
    ask_stop_and_queue(keys, upstream)
    use_the_actions_of_messages(keys)
    edit_and_switch(keys)
    share(keys)
    find(keys)
    compare(keys)
    keys.use("alice")
    keys.use("Account and limits")
    page.wait_for_url("**/account/")
    for _stop in range(40):
        keys.press("Tab")
    page.goto("/")
    keys.to("alice", "Shift+Tab")
    keys.press("Enter")
    keys.use("Sign out")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert not set(keys.unseen), str(set(keys.unseen))


@pytest.mark.parametrize("dialog", ["Details", "Keys"])
def test_what_has_the_focus_in_a_dialog_stays_in_the_window(home: Page, dialog: str) -> None:
    """However late the content comes, and however much it is, one reads it from its beginning."""
    converse(home)
    home.set_viewport_size({"width": 1280, "height": 480})
    if dialog == "Details":
        button(answer(home), "Details").focus()
        home.keyboard.press("Enter")
        expect(home.locator("#details-request")).not_to_be_empty()
    else:
        home.keyboard.press("Control+/")
    heading = home.get_by_role("dialog").get_by_role("heading", level=2)
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    keys = Keyboard(home)
    keys.to("Close")
    assert not keys.unseen


def test_details_that_come_late_leave_the_focused_button_in_the_window(home: Page) -> None:
    """One may press Tab before they are loaded; then too one reads them from their beginning."""
    converse(home)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    home.route("**/details.json", hold)
    with home.expect_request("**/details.json"):
        button(answer(home), "Details").click()
    keys = Keyboard(home)
    keys.to("Close")
    held[0].continue_()
    expect(home.locator("#details-request")).not_to_be_empty()
    dialog = home.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_be_in_viewport(ratio=1)
    expect(button(dialog, "Close")).to_be_in_viewport(ratio=1)
    expect(button(dialog, "Close")).to_be_focused()


def choose_a_model(keys: Keyboard) -> None:
    """The picker opens, is closed by Escape, and gives the focus back."""
    page = keys.page
    keys.to("Model", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    keys.press("ArrowDown", "Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(button(page, "Model")).to_be_focused()
    keys.press("Enter", "Home", "Enter")
    expect(page.locator("#model-name")).to_have_text("good")
    expect(page.get_by_role("listbox")).to_be_hidden()


def set_a_parameter(keys: Keyboard) -> None:
    """The panel is reached, its fields are, and closing gives the focus back."""
    page = keys.page
    keys.use("Parameters")
    expect(button(page, "Close the parameters")).to_be_visible()
    keys.to("System message")
    keys.type("Be brief.")
    keys.use("Sampling")
    keys.to("Number of answers")
    keys.to("Close the parameters", "Shift+Tab")
    keys.press("Enter")
    expect(button(page, "Parameters")).to_be_focused()


def ask_stop_and_queue(keys: Keyboard, upstream: ScriptedUpstream) -> None:
    """A message is sent, another queued and taken out again, and the answer stopped."""
    page = keys.page
    keys.press("Shift+Escape")
    keys.type("Please, tokens=20 gate=g")
    keys.press("Enter")
    upstream.open("g", 3)
    expect(answer(page)).to_contain_text(token(1, 2))
    keys.type("And then, tokens=2")
    keys.press("Enter")
    expect(page.get_by_role("list", name="Queued messages")).to_contain_text("And then")
    keys.to("Delete", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("list", name="Queued messages")).to_be_hidden()
    keys.press("Shift+Escape")
    keys.use("Stop")
    wait_for_end(page, "Stopped")
    expect(page.get_by_role("textbox", name="Message", exact=True)).to_be_focused()


def use_the_actions_of_messages(keys: Keyboard) -> None:
    """Every action of an answer is reached; its menu and its details give the focus back."""
    page = keys.page
    for name in ("More", "Details", "Good answer", "Regenerate", "Copy"):
        keys.to(name, "Shift+Tab")
    keys.to("Details")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Tab", "Escape")
    expect(button(answer(page), "Details")).to_be_focused()
    keys.to("More")
    keys.press("Enter", "ArrowDown", "Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(button(answer(page), "More")).to_be_focused()
    keys.to("Regenerate", "Shift+Tab")


def edit_and_switch(keys: Keyboard) -> None:
    """A question is edited, and the version before it shown again."""
    page = keys.page
    keys.to("Edit", "Shift+Tab")
    keys.press("Enter", "Escape")
    expect(button(messages(page).first, "Edit")).to_be_focused()
    keys.press("Enter", "Control+a")
    keys.type("Another, tokens=3")
    keys.press("Enter")
    expect(messages(page).first).to_contain_text("Another")
    wait_for_end(page)
    keys.to("Previous version", "Shift+Tab")
    keys.press("Enter")
    expect(messages(page).first).to_contain_text("gate=g")
    keys.use("Next version")
    expect(messages(page).first).to_contain_text("Another")


def share(keys: Keyboard) -> None:
    """A link is made; the dialog holds the focus, Escape closes it and gives the focus back."""
    page = keys.page
    keys.to("Share", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.use("Create link")
    expect(page.get_by_role("dialog").get_by_label("Address", exact=True)).to_be_visible()
    keys.to("Done")
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button(page, "Share")).to_be_focused()


def find(keys: Keyboard) -> None:
    """A word is found, and Escape gives the focus back."""
    page = keys.page
    keys.to("Find in conversation", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="Find in conversation")).to_be_focused()
    keys.type("Another")
    keys.press("Enter", "Escape")
    expect(button(page, "Find in conversation")).to_be_focused()


def compare(keys: Keyboard) -> None:
    """Two models are compared, and one answer is kept."""
    page = keys.page
    keys.press("Control+Shift+O")
    expect(messages(page)).to_have_count(0)
    keys.to("Model", "Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    keys.to("Compare")
    keys.press("Space")
    keys.to("good", "Shift+Tab")
    keys.press("ArrowDown", "Enter", "Escape")
    expect(button(page, "Model")).to_be_focused()
    keys.press("Shift+Escape")
    keys.type("Please, tokens=3")
    keys.press("Enter")
    expect(button(page, "Keep")).to_have_count(2)
    keys.to("Keep", "Shift+Tab")
    keys.press("Enter")
    expect(columns(page)).to_have_count(0)
    expect(messages(page)).to_have_count(2)
