"""The page of a conversation, used with a mouse, a keyboard and a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from conversations.models import Conversation, LanguageModel, Message, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import (
    answer,
    begin,
    button,
    converse,
    looked_at,
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


def rows(page: Page) -> list[str]:
    """The titles in the list of conversations, from the top."""
    links = page.get_by_role("navigation", name="Conversations").locator("li a")
    return links.all_inner_texts()


def conversation_with(user: User, question: str, reply: str, title: str = "Tea") -> Conversation:
    """A stored conversation of one question and one answer."""
    conversation = Conversation.objects.create(user=user, title=title)
    place = {"conversation": conversation, "changed_in": conversation.advance()}
    asked = Message.objects.create(role=Message.Role.USER, content=question, **place)
    conversation.head = Message.objects.create(
        **place,
        parent=asked,
        role=Message.Role.ASSISTANT,
        content=reply,
        model_name="good",
        finish_reason="stop",
    )
    conversation.save()
    return conversation


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


def test_a_user_sees_their_sessions_and_can_end_the_others(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    first, second = new_page(), new_page()
    for page in (first, second):
        page.goto("/accounts/sessions/")
        page.get_by_label("Username or email").fill("alice")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        button(page, "Sign in").click()
        expect(page.get_by_text("Current", exact=True)).to_be_visible()
    expect(second.get_by_role("row")).to_have_count(3)
    button(second, "Sign Out Other Sessions").click()
    expect(second.get_by_role("row")).to_have_count(2)
    first.goto("/")
    expect(button(first, "Sign in")).to_be_visible()


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
        "The connection to the model broke off. The text so far is saved."
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


# The list ----------------------------------------------------------------------------------------


def test_a_conversation_is_renamed_in_every_tab(home: Page) -> None:
    converse(home)
    second = home.context.new_page()
    second.goto(home.url)
    home.bring_to_front()
    button(home.get_by_role("navigation"), "More").click()
    button(home, "Rename").click()
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
    button(home, "Delete").click()
    for page in looked_at(home, second):
        expect(page).to_have_url(re.compile(r":\d+/$"))
        expect(messages(page)).to_have_count(0)
        assert rows(page) == []


def test_deleting_a_deleted_conversation_is_not_an_error(
    home: Page, alice: User, faults: list[str]
) -> None:
    converse(home)
    button(home.get_by_role("navigation"), "More").click()
    Conversation.objects.filter(user=alice).delete()
    button(home, "Delete").click()
    expect(messages(home)).to_have_count(0)
    expect(home.get_by_text("This no longer exists.")).to_be_hidden()
    # The page first asks if the conversation has links.
    faults[:] = [fault for fault in faults if "404" not in fault]


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
    # Beside its marker.
    left, right = items.nth(1).evaluate(GAPS)
    assert left < 1 < right
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
