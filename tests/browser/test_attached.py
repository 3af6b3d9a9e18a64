"""Texts attached to a message: files and long pastes, as chips, and folded in what was sent."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import Message
from tests.browser.talking import answer, button, converse, messages, send, wait_for_end
from tests.browser.test_writing import message_box

pytestmark = pytest.mark.browser

LONG = "\n".join(f"line {number} of the minutes" for number in range(500))
PASTE = """(box, text) => {
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", text);
  const event = { clipboardData: clipboard, bubbles: true, cancelable: true };
  return box.dispatchEvent(new ClipboardEvent("paste", event));
}"""


def paste(page: Page, text: str) -> bool:
    """Paste into the message; returns whether the browser may insert the text itself."""
    return bool(message_box(page).evaluate(PASTE, text))


def chips(page: Page) -> Locator:
    """The list of what is attached in the composer."""
    return page.get_by_role("list", name="Attached texts").get_by_role("listitem")


def pick(page: Page, **files: bytes) -> None:
    """Choose files; an underscore stands for the dot of their names."""
    named = {name.replace("_", "."): content for name, content in files.items()}
    page.locator("#file-picker").set_input_files(
        [{"name": name, "mimeType": "", "buffer": content} for name, content in named.items()]
    )


def sent() -> str:
    """The content of the last message of the user."""
    return Message.objects.filter(role="user").latest("created_at").content


def test_a_long_paste_is_attached_and_a_short_one_is_not(home: Page) -> None:
    assert paste(home, "x" * 8_000)
    expect(chips(home)).to_have_count(0)
    assert not paste(home, LONG)
    expect(chips(home)).to_have_count(1)
    expect(chips(home)).to_contain_text("Pasted text")
    expect(chips(home)).to_contain_text(f"{len(LONG):,} characters")
    expect(chips(home)).to_contain_text("line 0 of the minutes")
    expect(message_box(home)).to_have_value("")
    expect(message_box(home)).to_be_focused()


def test_an_attached_text_is_sent_below_the_message_and_folded_there(home: Page) -> None:
    paste(home, LONG)
    converse(home, "tokens=2 Sum this up:")
    assert sent() == f'tokens=2 Sum this up:\n\n```text title="Pasted text"\n{LONG}\n```'
    question = messages(home).first
    expect(question.get_by_text("Sum this up")).to_be_visible()
    text = question.get_by_text("line 499 of the minutes")
    expect(text).to_be_hidden()
    question.get_by_text("Pasted text").click()
    expect(text).to_be_attached()
    expect(question.locator("pre")).to_be_visible()
    expect(chips(home)).to_have_count(0)
    home.reload()
    expect(messages(home).first.get_by_text("Pasted text")).to_be_visible()
    expect(chips(home)).to_have_count(0)
    expect(home.get_by_role("navigation").get_by_role("link", name="Sum this up:")).to_be_visible()


def test_an_attached_text_alone_is_a_message(home: Page) -> None:
    paste(home, LONG)
    button(home, "Send").click()
    wait_for_end(home)
    assert sent() == f'```text title="Pasted text"\n{LONG}\n```'
    link = home.get_by_role("navigation").get_by_role("link", name="Pasted text")
    expect(link).to_be_visible()


def test_an_attached_text_is_opened_unfolded_and_removed(home: Page) -> None:
    paste(home, LONG)
    paste(home, f"other\n{LONG}")
    chips(home).first.get_by_role("button", name="Pasted text").first.click()
    dialog = home.get_by_role("dialog")
    expect(dialog).to_contain_text("line 499 of the minutes")
    home.keyboard.press("Escape")
    button(chips(home).nth(1), "Remove Pasted text").click()
    expect(chips(home)).to_have_count(1)
    message_box(home).fill("before after")
    message_box(home).evaluate("(box) => box.setSelectionRange(7, 7)")
    button(chips(home), "Put “Pasted text” into the box").click()
    expect(message_box(home)).to_have_value(f"before {LONG}after")
    expect(chips(home)).to_have_count(0)


def test_attached_texts_are_kept_with_the_draft_of_their_conversation(home: Page) -> None:
    converse(home)
    paste(home, LONG)
    message_box(home).fill("about this")
    home.reload()
    expect(chips(home)).to_have_count(1)
    expect(message_box(home)).to_have_value("about this")
    home.keyboard.press("Control+Shift+O")
    expect(messages(home)).to_have_count(0)
    expect(chips(home)).to_have_count(0)
    home.go_back()
    expect(answer(home)).to_be_visible()
    expect(chips(home)).to_have_count(1)


def test_text_files_are_attached_with_their_names(home: Page) -> None:
    pick(home, a_txt=b"one\r\ntwo\n", b_bin=b"\xff\x00")
    expect(chips(home)).to_have_count(1)
    expect(chips(home)).to_contain_text("a.txt")
    expect(home.get_by_role("alert").filter(has_text="“b.bin” is not a text file")).to_be_visible()
    pick(home, long_txt=b"x" * 100_000)
    expect(home.get_by_role("alert").filter(has_text="“long.txt” is too long")).to_be_visible()
    expect(chips(home)).to_have_count(1)
    send(home, "tokens=2")
    wait_for_end(home)
    assert sent() == 'tokens=2\n\n```text title="a.txt"\none\ntwo\n```'


DRAG = """(type) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["one"], "dropped.txt"));
  const event = { dataTransfer, bubbles: true, cancelable: true };
  document.querySelector("main").dispatchEvent(new DragEvent(type, event));
}"""


def test_files_are_dropped_anywhere_on_the_page(home: Page) -> None:
    home.evaluate(DRAG, "dragover")
    expect(home.locator("#composer")).to_have_class(re.compile("is-target"))
    home.evaluate(DRAG, "dragleave")
    expect(home.locator("#composer")).not_to_have_class(re.compile("is-target"))
    home.evaluate(DRAG, "dragover")
    home.evaluate(DRAG, "drop")
    expect(chips(home)).to_contain_text("dropped.txt")
    expect(home.locator("#composer")).not_to_have_class(re.compile("is-target"))


def test_too_much_text_is_kept_and_its_length_is_named(home: Page) -> None:
    paste(home, "x" * 100_001)
    alert = home.get_by_role("alert").filter(has_text="the limit is 100,000")
    expect(alert).to_be_visible()
    expect(button(home, "Send")).to_be_disabled()
    button(chips(home), "Remove Pasted text").click()
    expect(alert).to_be_hidden()


def test_an_attached_text_waits_in_the_queue_and_comes_back_whole(home: Page) -> None:
    send(home, "Please, tokens=20 gate=g")
    expect(button(home, "Stop")).to_be_visible()
    paste(home, LONG)
    message_box(home).fill("about this")
    button(home, "Queue").click()
    item = home.get_by_role("list", name="Queued messages").get_by_role("listitem")
    expect(item).to_contain_text("about this [Pasted text]")
    expect(chips(home)).to_have_count(0)
    button(item, "Edit").click()
    expect(chips(home)).to_have_count(1)
    expect(message_box(home)).to_have_value("about this")


def test_an_attached_text_stays_attached_while_its_message_is_edited(home: Page) -> None:
    paste(home, LONG)
    converse(home, "tokens=2 Sum this up:")
    button(messages(home).first, "Edit").click()
    edit = home.get_by_role("textbox", name="New wording")
    expect(edit).to_have_value("tokens=2 Sum this up:")
    attached = messages(home).first.get_by_role("list", name="Attached texts")
    expect(attached.get_by_role("listitem")).to_have_count(1)
    edit.fill("tokens=2 Shorter:")
    edit.evaluate(PASTE, f"more\n{LONG}")
    expect(attached.get_by_role("listitem")).to_have_count(2)
    # An unfinished edit comes back whole.
    home.keyboard.press("Escape")
    button(messages(home).first, "Edit").click()
    expect(edit).to_have_value("tokens=2 Shorter:")
    button(attached.get_by_role("listitem").first, "Remove Pasted text").click()
    edit.press("Enter")
    wait_for_end(home)
    assert sent() == f'tokens=2 Shorter:\n\n```text title="Pasted text"\nmore\n{LONG}\n```'


def test_an_edit_that_is_too_long_is_kept_and_named(home: Page) -> None:
    converse(home)
    button(messages(home).first, "Edit").click()
    edit = home.get_by_role("textbox", name="New wording")
    edit.fill("x" * 100_001)
    expect(home.get_by_role("alert").filter(has_text="the limit is 100,000")).to_be_visible()
    expect(button(messages(home).first, "Send")).to_be_disabled()
    expect(edit).to_have_value("x" * 100_001)


LONG_TASKS = """(text) => new Promise((resolve) => {
  const box = document.getElementById("message");
  const longest = [0];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longest.push(entry.duration);
  }).observe({ type: "longtask" });
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", text);
  const event = { clipboardData: clipboard, bubbles: true, cancelable: true };
  setTimeout(() => {
    box.dispatchEvent(new ClipboardEvent("paste", event));
    setTimeout(() => resolve(Math.max(...longest)), 500);
  }, 100);
})"""


def test_a_paste_of_a_megabyte_does_not_freeze_the_page(home: Page) -> None:
    text = "word " * 200_000
    longest = home.evaluate(LONG_TASKS, text)
    expect(chips(home)).to_contain_text("1,000,000 characters")
    # 50 ms on a quiet machine; tests share theirs.
    assert longest < 200
