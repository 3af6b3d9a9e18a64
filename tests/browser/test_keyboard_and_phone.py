"""The page of a conversation with a keyboard, on a phone, and for assistive technology."""

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Page, expect

from conversations.models import LanguageModel, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import (
    answer,
    button,
    conversation_with,
    messages,
    token,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.sharing.made import link_of
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


CODE = '''Here is how:

```python
# A comment
@cache
def area(radius: float) -> float:
    """The area of a circle."""
    return 3.14 * radius ** 2 if radius > 0 else None
```

And `inline`, a [link](https://example.org), and

| one | two |
|---|---|
| 1 | 2 |
'''


# Keyboard and phone ------------------------------------------------------------------------------


def test_everything_can_be_done_from_the_keyboard(home: Page, upstream: ScriptedUpstream) -> None:
    box = home.get_by_role("textbox", name="Message")
    expect(box).to_be_focused()
    home.keyboard.type("Please,")
    home.keyboard.press("Shift+Enter")
    home.keyboard.type("tokens=20 gate=g")
    home.keyboard.press("Enter")
    upstream.open("g", 2)
    expect(answer(home)).to_contain_text(token(1, 1))
    home.keyboard.press("Escape")
    wait_for_end(home, "Stopped")
    expect(messages(home).first).to_contain_text("Please,\ntokens=20 gate=g", use_inner_text=True)
    focus(home, "Regenerate")
    home.keyboard.press("Enter")
    upstream.open("g", 20)
    expect(answer(home)).to_contain_text(token(2, 1))
    wait_for_end(home)
    home.keyboard.press("Shift+Escape")
    expect(box).to_be_focused()
    home.keyboard.press("Control+Shift+O")
    expect(messages(home)).to_have_count(0)
    expect(box).to_be_focused()


def focus(page: Page, name: str) -> None:
    """Press Shift+Tab until the control of that name has the focus."""
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.get_attribute("aria-label") == name:
            return
    pytest.fail(f"The keyboard does not reach {name!r}.")


def test_on_a_phone_the_sidebar_is_a_drawer_over_the_page(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    conversation_with(alice, "Which tea?", CODE, title="Which tea?")
    page = new_page(alice, **PHONE)
    page.goto("/")
    navigation = page.get_by_role("navigation", name="Conversations")
    expect(navigation).to_be_hidden()
    button(page, "Show the sidebar").tap()
    expect(navigation).to_be_visible()
    page.get_by_role("link", name="Which tea?").tap()
    expect(answer(page)).to_contain_text("Here is how")
    expect(navigation).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_a_message_is_sent_and_answered(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    page = new_page(alice, **PHONE)
    page.goto("/")
    page.get_by_role("textbox", name="Message").fill("Please, tokens=3")
    button(page, "Send").tap()
    wait_for_end(page)
    box = page.get_by_role("textbox", name="Message").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844


INNERMOST = """() => {
  const words = document.createRange();
  words.selectNodeContents([...document.querySelectorAll(".answer li")].at(-1));
  return words.getBoundingClientRect().width;
}"""


def open_keys(page: Page) -> None:
    page.keyboard.press("Control+/")


def open_new_function(page: Page) -> None:
    button(page, "Parameters").click()
    button(page, "New function").click()


def open_links(page: Page) -> None:
    button(page, "Share").click()
    expect(page.get_by_text("Anyone with the link can read it.")).to_have_count(6)


@pytest.mark.parametrize(
    ("opening", "names"),
    [
        (open_keys, ("Close",)),
        (open_new_function, ("Cancel", "Save")),
        (open_links, ("Close", "Done")),
    ],
)
def test_the_buttons_of_a_long_dialog_are_in_view_on_a_small_phone(
    new_page: NewPage, alice: User, opening: Callable[[Page], None], names: Sequence[str]
) -> None:
    talk = conversation_with(alice, "Tea?", "Yes.")
    for _ in range(6):
        link_of(alice, conversation=talk)
    page = new_page(alice, **{**PHONE, "viewport": {"width": 360, "height": 640}})
    page.goto(f"/c/{talk.pk}/")
    expect(button(page, "Share")).to_be_enabled()
    opening(page)
    for name in names:
        found = page.get_by_role("dialog").get_by_role("button", name=name, exact=True)
        expect(found).to_be_in_viewport(ratio=1)


def test_a_deep_list_stays_wide_enough_to_read_on_a_phone(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    lines = [f"{'  ' * depth}- Some words that have to be broken" for depth in range(14)]
    page = new_page(alice, **PHONE)
    page.goto(f"/c/{conversation_with(alice, 'How deep?', chr(10).join(lines)).pk}/")
    expect(answer(page).get_by_role("listitem")).to_have_count(14)
    assert page.evaluate(INNERMOST) > 150


# The free space to the left and to the right of the text in a box.
GAPS = """(box) => {
  const words = document.createRange();
  words.selectNodeContents(box);
  const { left, right } = words.getBoundingClientRect();
  const outer = box.getBoundingClientRect();
  return [left - outer.left, outer.right - right];
}"""


def test_each_paragraph_is_set_in_the_direction_of_its_own_script(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    reply = "An English one.\n\nهذه فقرة بالعربية.\n\n- One\n- عنصر.\n\n```\nprint()\n```"
    page = new_page(alice)
    page.goto(f"/c/{conversation_with(alice, 'Hello?', reply).pk}/")
    paragraphs, items = page.locator(".answer p"), page.locator(".answer li")
    left, right = paragraphs.first.evaluate(GAPS)
    assert left < 1 < right
    left, right = paragraphs.nth(1).evaluate(GAPS)
    assert right < 1 < left
    # An item too, with its marker on its own side.
    left, right = items.nth(1).evaluate(GAPS)
    assert right < 1 < left
    page.goto(f"/c/{conversation_with(alice, 'Hello?', f'مرحبا{2 * chr(10)}{reply}').pk}/")
    left, right = paragraphs.nth(1).evaluate(GAPS)
    assert left < 1 < right
    expect(page.locator(".answer pre")).to_have_css("direction", "ltr")


# Accessibility ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_axe_finds_no_violation_in_a_conversation_and_the_colours_of_its_code(
    new_page: NewPage, alice: User, model: LanguageModel, options: dict[str, object]
) -> None:
    shown = conversation_with(alice, "How large is a circle?", CODE)
    page = new_page(alice, **options)
    page.goto(f"/c/{shown.pk}/")
    expect(answer(page).locator(".hljs-keyword").first).to_be_visible()
    assert faults_in_both_schemes(page) == []


def test_axe_finds_no_violation_in_an_empty_page_and_its_menus(home: Page) -> None:
    expect(home.get_by_role("textbox", name="Message")).to_be_focused()
    assert faults_in_both_schemes(home) == []
    button(home, "Model").click()
    expect(home.get_by_role("listbox")).to_be_visible()
    assert faults_in_both_schemes(home) == []
    home.keyboard.press("Escape")
    home.keyboard.press("Control+/")
    expect(home.get_by_role("dialog")).to_be_visible()
    assert faults_in_both_schemes(home) == []
