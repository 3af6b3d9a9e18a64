"""Writing a message: pasting, and the keys that send or do not."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from conversations.models import Conversation, LanguageModel, Preset, User
from tests.browser.talking import answer, button, conversation_with, messages, wait_for_end
from tests.browsers import NewPage

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def message_box(page: Page) -> Locator:
    """The text box of the composer."""
    return page.get_by_role("textbox", name="Message", exact=True)


# Pasting ------------------------------------------------------------------------------------------

# A paste that a page makes itself inserts nothing; what the browser would insert, it was left to.
PASTE = """(box, [text, files]) => {
  const clipboard = new DataTransfer();
  if (text) clipboard.setData("text/plain", text);
  for (const [name, type] of files) clipboard.items.add(new File(["\\0"], name, { type }));
  const paste = new ClipboardEvent("paste", {
    clipboardData: clipboard, bubbles: true, cancelable: true,
  });
  return box.dispatchEvent(paste);
}"""


def paste(page: Page, text: str, *files: tuple[str, str]) -> bool:
    """Paste into the message; returns whether the browser may insert the text itself."""
    return bool(message_box(page).evaluate(PASTE, [text, files]))


def test_a_text_wins_over_the_picture_of_it_in_a_clipboard(home: Page) -> None:
    picture = ("image.png", "image/png")
    assert paste(home, "a\tb\n1\t2", picture)
    expect(home.get_by_role("alert")).to_have_count(0)
    assert not paste(home, "", picture)
    alert = home.get_by_role("alert").filter(has_text="Pictures cannot be added")
    expect(alert).to_be_visible()
    assert not paste(home, "sound.ogg", ("sound.ogg", "audio/ogg"))
    expect(home.get_by_role("alert").filter(has_text="“sound.ogg” is not a text")).to_be_visible()


# Sending by a key ---------------------------------------------------------------------------------


@pytest.fixture
def phone(new_page: NewPage, alice: User, model: LanguageModel) -> Page:
    """Alice's page of one conversation on a phone."""
    page = new_page(alice, **PHONE)
    page.goto(f"/c/{conversation_with(alice, 'Which tea?', 'Green.').pk}/")
    expect(answer(page)).to_contain_text("Green.")
    return page


def test_on_a_touch_keyboard_enter_breaks_the_line_and_the_button_sends(phone: Page) -> None:
    box = message_box(phone)
    box.tap()
    phone.keyboard.type("Please,")
    phone.keyboard.press("Enter")
    phone.keyboard.type("tokens=2")
    expect(box).to_have_value("Please,\ntokens=2")
    expect(box).to_have_attribute("enterkeyhint", "enter")
    button(phone, "Send").tap()
    wait_for_end(phone)
    expect(messages(phone)).to_have_count(4)


def test_on_a_touch_keyboard_enter_breaks_the_line_of_an_edit_too(phone: Page) -> None:
    button(messages(phone).first, "Edit").tap()
    edit = phone.get_by_role("textbox", name="New wording")
    phone.keyboard.press("Enter")
    expect(edit).to_have_value("Which tea?\n")
    # With a keyboard that has the key.
    phone.keyboard.type("tokens=2")
    phone.keyboard.press("Control+Enter")
    wait_for_end(phone)
    expect(messages(phone)).to_have_count(2)
    expect(messages(phone).first).to_contain_text("tokens=2")


# Composing ----------------------------------------------------------------------------------------

# Every element that can have the keyboard, in its place on the page: some listen further out.
COMPOSE = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = () => JSON.stringify([
    all("input, textarea, select").map((field) => field.value),
    all("dialog[open], :popover-open, [aria-expanded=true], .edit").map((each) => each.id),
    all(".chip, article, [data-conversation-id]").length,
    document.activeElement.id,
  ]);
  const before = shown();
  let submitted = false;
  document.addEventListener("submit", () => (submitted = true), true);
  let count = 0;
  const fields = "input, textarea, select, button, summary, [tabindex], [contenteditable]";
  for (const field of all(fields)) {
    for (const key of ["Enter", "Escape", "Backspace", "ArrowUp", "ArrowDown", " "]) {
      // By the key code alone as in Safari, and by the flag alone.
      for (const keys of [{ key, keyCode: 229 }, { key, keyCode: 13, isComposing: true }]) {
        const event = new KeyboardEvent("keydown", { ...keys, bubbles: true, cancelable: true });
        const isLeft = field.dispatchEvent(event);
        if (!isLeft || submitted || shown() !== before) return `${key}: ${field.outerHTML}`;
        count += 1;
      }
    }
  }
  return count;
}"""


def compose_everywhere(page: Page) -> int:
    """Press the keys of an input method in every field; returns how many, all without effect."""
    count = page.evaluate(COMPOSE)
    assert isinstance(count, int), count
    return count


def test_keys_of_an_input_method_do_nothing_in_any_field(home: Page, alice: User) -> None:
    conversation = conversation_with(alice, "Which tea?", "Green.")
    home.goto(f"/c/{conversation.pk}/")
    expect(answer(home)).to_contain_text("Green.")
    button(messages(home).first, "Edit").click()
    home.get_by_role("textbox", name="New wording").fill("质")
    message_box(home).fill("你好")
    assert compose_everywhere(home) > 100
    button(home, "Parameters").click()
    home.locator("#parameters details").evaluate_all("all => all.forEach((e) => (e.open = true))")
    stop = home.locator("#stop-field input")
    stop.fill("终")
    assert compose_everywhere(home) > 100
    expect(stop).to_have_value("终")
    button(home, "Model").click()
    assert compose_everywhere(home) > 100
    # The same keys do something when no input method has them.
    stop.press("Enter")
    expect(stop).to_have_value("")
    expect(home.locator("#stop-field .chip")).to_have_count(1)


def test_keys_of_an_input_method_do_nothing_in_dialogs(home: Page, alice: User) -> None:
    conversation = conversation_with(alice, "Which tea?", "Green.")
    home.goto(f"/c/{conversation.pk}/")
    button(home, "Share").click()
    masks = home.locator("#share-mask")
    masks.fill("绿茶")
    assert compose_everywhere(home) > 100
    expect(masks).to_have_value("绿茶")


def test_enter_within_a_composition_sends_nothing(home: Page) -> None:
    box = message_box(home)
    box.focus()
    devtools = home.context.new_cdp_session(home)
    devtools.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    expect(box).to_have_value("ni")
    home.keyboard.press("Enter")
    expect(messages(home)).to_have_count(0)
    devtools.send("Input.insertText", {"text": "你"})
    expect(box).to_have_value(re.compile("你"))
    home.keyboard.press("Enter")
    wait_for_end(home)


# Prompts ------------------------------------------------------------------------------------------


def test_a_prompt_of_a_published_preset_begins_a_conversation_with_it(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    Preset.objects.create(
        name="House style", system_message="Write plainly.", prompts=["Please, tokens=2"]
    )
    page = new_page(alice)
    page.goto("/")
    expect(page.locator(".prompt")).to_have_count(1)
    button(page, "Please, tokens=2").click()
    wait_for_end(page)
    assert Conversation.objects.get().system_message == "Write plainly."


# Before the page's script -------------------------------------------------------------------------


def test_what_is_typed_before_the_script_is_there_is_kept_and_can_be_sent(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    page = new_page(alice)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/js/pages/conversation_page*.js", hold)
    page.goto("/", wait_until="commit")
    box = message_box(page)
    box.focus()
    page.keyboard.type("Please, tokens=2")
    page.keyboard.press("Enter")
    expect(button(page, "Send")).to_be_disabled()
    address = page.url
    for route in held:
        route.continue_()
    expect(button(page, "Send")).to_be_enabled()
    assert page.url == address
    expect(box).to_have_value("Please, tokens=2")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    wait_for_end(page)
