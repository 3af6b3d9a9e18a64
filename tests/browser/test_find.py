"""Find in conversation: what a reader sees is found and marked, however it is written."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from conversations.models import Conversation, LanguageModel, User
from tests.browser.talking import button, wait_until_true
from tests.browsers import NewPage

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
CURRENT = "[...CSS.highlights.get('found-current')][0]"
# The time in which the page draws what has come.
FRAMES = """async () => {
    for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
}"""


@pytest.fixture
def page(new_page: NewPage, alice: User, model: LanguageModel) -> Page:
    """A phone with a conversation whose first messages are outside its window."""
    texts = [
        "a zebra**cross**ing",
        "```js\nconst needle = 1;\n```\n\nThe sum is $E=mc^2$.",
        "Un café à Zürich",
        "A **wo**rdle, `wordle`.\n\n```js\nlet wordle = 2;\n```\n\n" + "Long. " * 900 + "Wordle 茶",
        "茶を飲む。茶。 [here](https://example.org/teapot)",
    ]
    filling = [{"role": "user", "content": "Words. " * 60}] * 90
    conversation = Conversation.objects.create_with_branch(
        [
            {"role": "assistant", "content": "", "tool_calls": [CALL], "model_name": "good"},
            {"role": "tool", "content": '{"sky": "drizzling"}', "tool_call_id": "c1"},
            *({"role": "assistant", "content": text, "model_name": "good"} for text in texts),
            *filling,
        ],
        user=alice,
        title="Long",
    )
    thoughts = conversation.messages.filter(content__startswith="A **wo**")
    thoughts.update(reasoning_content="Perhaps a wordle?")
    page = new_page(alice, **PHONE)
    page.goto(f"/c/{conversation.pk}/")
    button(page, "Find in conversation").tap()
    return page


def look_for(page: Page, text: str) -> Locator:
    """The message that is found."""
    page.get_by_role("textbox", name="Find in conversation").fill(text)
    expect(page.locator("#find-count")).to_have_text("1 of 1")
    return page.locator(".message.is-found")


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        ("ZEBRACROSSING", "zebracrossing"),
        ("cafe a zurich", "café à Zürich"),
        ("needle =", "needle ="),
        ("e=mc", "E=mc"),
    ],
)
def test_what_is_found_is_marked_where_it_is_seen(page: Page, wanted: str, seen: str) -> None:
    expect(look_for(page, wanted)).to_be_in_viewport()
    wait_until_true(page, f"{CURRENT}?.getBoundingClientRect().width > 0")
    # Code is drawn again when the highlighter has come.
    wait_until_true(page, f"{CURRENT}?.startContainer.isConnected")
    assert page.evaluate(f"{CURRENT}.toString()") == seen
    assert page.evaluate("CSS.highlights.get('found').size") == 0


def in_view(page: Page) -> None:
    place = f"{CURRENT}?.getBoundingClientRect()"
    wait_until_true(page, f"{place}.width > 0 && {place}.top > 0 && {place}.bottom < innerHeight")


def test_hits_are_counted_and_stepped_through(page: Page) -> None:
    box = page.get_by_role("textbox", name="Find in conversation")
    count = page.locator("#find-count")
    box.fill("wordle")
    for number in (1, 2, 3, 4, 5, 1):
        expect(count).to_have_text(f"{number} of 5")
        in_view(page)
        assert page.evaluate(f"{CURRENT}.toString()").lower() == "wordle"
        box.press("Enter")
    expect(page.locator(".is-found details.reasoning")).to_have_attribute("open", "")
    box.press("Shift+Enter")
    box.press("Shift+Enter")
    expect(count).to_have_text("5 of 5")
    in_view(page)


def test_hits_of_several_messages_follow_each_other(page: Page) -> None:
    box = page.get_by_role("textbox", name="Find in conversation")
    count = page.locator("#find-count")
    box.fill("茶")
    expect(count).to_have_text("2 of 3")
    for number in (1, 3, 2, 1):
        box.press("Shift+Enter")
        expect(count).to_have_text(f"{number} of 3")
        in_view(page)
    box.fill("w")
    expect(count).to_have_text(re.compile(r"^\d+ of \d[\d,]+$"))
    in_view(page)
    box.fill("teapot")
    expect(count).to_have_text("1 of 1")
    expect(page.locator(".message.is-found")).to_be_in_viewport()
    box.fill("nowhere")
    expect(count).to_have_text("Not found")
    box.press("Enter")
    expect(count).to_have_text("Not found")


def test_a_message_that_is_loaded_late_does_not_take_the_reader_back(page: Page) -> None:
    held: list[Route] = []
    asked = "**/messages.json?until=*"
    page.route(asked, lambda route: route.continue_() if held else held.append(route))
    box = page.get_by_role("textbox", name="Find in conversation")
    with page.expect_request(asked):
        box.fill("茶")
    expect(page.locator("#find-count")).to_have_text("2 of 3")
    box.press("Shift+Enter")
    expect(page.locator("#find-count")).to_have_text("1 of 3")
    in_view(page)
    with page.expect_event("requestfinished"):
        held[0].continue_()
    page.evaluate(FRAMES)
    in_view(page)


def test_the_result_of_a_tool_is_found_in_the_card_of_its_call(page: Page) -> None:
    found = look_for(page, "drizzling")
    expect(found.locator("details.tool-call")).to_have_attribute("open", "")
    expect(found.get_by_role("group", name="Result")).to_be_in_viewport()
    fields = found.locator(".json-branch > summary").last.bounding_box()
    assert fields
    assert fields["height"] >= 44
    wait_until_true(page, f"{CURRENT}?.getBoundingClientRect().width > 0")


def test_what_a_thumb_presses_is_44_pixels_high(page: Page) -> None:
    small = """() => {
        const hit = (element, x, y) => element.contains(document.elementFromPoint(x, y));
        const inView = [...document.querySelectorAll('.find *, .composer *, .top-bar *')];
        return inView.filter((each) => each.matches('button, input, a[href]')).filter((each) => {
            if (!each.checkVisibility()) return false;
            const { left, right, top, bottom } = each.getBoundingClientRect();
            const x = (left + right) / 2;
            const y = (top + bottom) / 2;
            return !hit(each, x, y - 21) || !hit(each, x, y + 21);
        }).map((each) => each.outerHTML.slice(0, 80));
    }"""
    assert page.evaluate(small) == []
