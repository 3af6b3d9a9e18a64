"""Find in conversation: what a reader sees is found and marked, however it is written."""

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import Conversation, LanguageModel, User
from tests.browser.talking import button, wait_until_true
from tests.browsers import NewPage

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
CURRENT = "[...CSS.highlights.get('found-current')][0]"


@pytest.fixture
def page(new_page: NewPage, alice: User, model: LanguageModel) -> Page:
    """A phone with a conversation whose first messages are outside its window."""
    texts = [
        "a zebra**cross**ing",
        "```js\nconst needle = 1;\n```\n\nThe sum is $E=mc^2$.",
        "Un café à Zürich",
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
