"""Long conversations: the last screen first, the rest upwards, and a document that stays small."""

import re

import pytest
from playwright.sync_api import Page, expect

from conversations.models import Conversation, LanguageModel, User
from tests.browser.talking import answer, button, converse, messages, wait_until_true
from tests.browsers import NewPage

SCROLLER = "document.getElementById('log-scroller')"
DESK = {"width": 900, "height": 600}
COUNT = 200


def long_conversation(user: User, count: int = COUNT, title: str = "Long") -> Conversation:
    """Questions and answers in turns, each with its number."""
    roles = ("user", "assistant")
    texts = (
        "Question {0}?",
        "Answer **{0}**.\n\nA second paragraph.\n\n```python\nprint({0})\n```",
    )
    written = [
        {"role": roles[n % 2], "content": texts[n % 2].format(n), "model_name": "good" * (n % 2)}
        for n in range(count)
    ]
    return Conversation.objects.create_with_branch(written, user=user, title=title)


@pytest.fixture
def conversation(alice: User, model: LanguageModel) -> Conversation:
    """A conversation that no page holds whole."""
    return long_conversation(alice)


@pytest.fixture
def page(new_page: NewPage, alice: User, conversation: Conversation) -> Page:
    """Alice's page of it."""
    page = new_page(alice, DESK)
    page.goto(f"/c/{conversation.pk}/")
    expect(answer(page)).to_contain_text(f"Answer {COUNT - 1}.")
    return page


def shown(page: Page) -> list[int]:
    """The numbers of the messages that are in the document."""
    wait_until_true(page, ALL_DRAWN)
    texts = page.locator("#log > article [data-part=content]").all_text_contents()
    return [int(re.findall(r"\d+", text)[0]) for text in texts]


def scroll_to(page: Page, number: int) -> None:
    """Scroll upwards as a reader does, until that message is in view."""
    page.locator("#log-scroller").hover()
    for _ in range(400):
        if page.evaluate(AT, number) is not None:
            return
        page.mouse.wheel(0, -450)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    raise AssertionError(f"Message {number} was not reached.")


# Whether there are messages within a height of the window above it, and all are laid out.
LAID_OUT_AHEAD = """(() => {
    const { top, height } = document.getElementById('log-scroller').getBoundingClientRect();
    const near = [...document.querySelectorAll('#log .blocks')].filter((each) => {
        const above = top - each.getBoundingClientRect().bottom;
        return above > 0 && above < height;
    });
    const isLaidOut = (each) => each.firstChild.checkVisibility({ contentVisibilityAuto: true });
    return near.length > 0 && near.every(isLaidOut);
})()"""
FRAMES = "async () => { for (let n = 0; n < 10; n += 1) await new Promise(requestAnimationFrame); }"
ALL_DRAWN = """[...document.querySelectorAll('#log > article [data-part=content]')]
    .every(({ textContent }) => /[0-9]/.test(textContent))"""
AT = """(number) => {
    const scroller = document.getElementById('log-scroller').getBoundingClientRect();
    for (const each of document.querySelectorAll('#log > article [data-part=content]')) {
        if (each.textContent.match(/\\d+/)?.[0] !== String(number)) continue;
        const { top, bottom } = each.getBoundingClientRect();
        if (bottom > scroller.top && top < scroller.bottom) return top;
    }
    return null;
}"""


def test_it_opens_at_its_end_with_a_part_of_it(page: Page) -> None:
    wait_until_true(
        page, f"{SCROLLER}.scrollTop + {SCROLLER}.clientHeight >= {SCROLLER}.scrollHeight - 2"
    )
    numbers = shown(page)
    assert numbers == list(range(numbers[0], COUNT))
    assert len(numbers) < 60


def test_the_reader_gets_to_the_first_message_and_every_one_is_there(page: Page) -> None:
    for number in (150, 80, 0):
        scroll_to(page, number)
        numbers = shown(page)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert len(numbers) <= 210
    page.locator("#jump").click()
    expect(answer(page)).to_contain_text(f"Answer {COUNT - 1}.")


def test_home_leads_to_the_first_message(page: Page) -> None:
    page.evaluate(f"{SCROLLER}.scrollTop = 0")
    expect(messages(page).first).to_contain_text("Question 0?")
    page.evaluate(f"{SCROLLER}.scrollTop = {SCROLLER}.scrollHeight / 2")
    # The messages in the middle are drawn before those at the beginning leave the document.
    expect(page.get_by_text("Question 0?")).to_have_count(0)
    wait_until_true(page, "document.querySelectorAll('#log > article').length > 3")
    numbers = shown(page)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


@pytest.mark.parametrize("keeps_lines", [True, False])
def test_the_line_being_read_stays_while_older_messages_come(
    new_page: NewPage, alice: User, conversation: Conversation, keeps_lines: bool
) -> None:
    page = new_page(alice, DESK)
    if not keeps_lines:
        # As in Safari, which has no such property.
        page.add_init_script(
            """CSS.supports = () => false;
            addEventListener('DOMContentLoaded', () => {
                const style = document.getElementById('log-scroller').style;
                Object.defineProperty(style, 'overflowAnchor', { set() {} });
                style.setProperty('overflow-anchor', 'none');
            });"""
        )
    page.goto(f"/c/{conversation.pk}/")
    expect(answer(page)).to_contain_text(f"Answer {COUNT - 1}.")
    before = len(shown(page))
    page.locator("#log-scroller").hover()
    page.mouse.wheel(0, -450)
    wait_until_true(page, STILL)
    number = shown_first(page)
    top = page.evaluate(AT, number)
    moved = page.evaluate(
        """async (number) => {
            const at = """
        + AT
        + """;
            const seen = [];
            for (let frame = 0; frame < 30; frame += 1) {
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                seen.push(at(number));
            }
            return seen;
        }""",
        number,
    )
    assert len(shown(page)) > before
    assert all(abs(each - top) <= 1.5 for each in moved), (top, moved)


def test_a_conversation_is_shown_where_its_reader_was(
    page: Page, conversation: Conversation
) -> None:
    scroll_to(page, 100)
    wait_until_true(page, STILL)
    number = shown_first(page)
    top = page.evaluate(AT, number)

    def is_there() -> None:
        wait_until_true(page, f"Math.abs(({AT})({number}) - {top}) < 2")

    page.reload()
    is_there()
    button(page, "New conversation").first.click()
    expect(messages(page)).to_have_count(0)
    page.go_back()
    is_there()
    converse(page, "Once more, tokens=2")
    page.reload()
    expect(answer(page)).to_contain_text("gen:1:0001")


def shown_first(page: Page) -> int:
    """The number of the first message that is in view."""
    return next(each for each in shown(page) if page.evaluate(AT, each) is not None)


def test_an_address_leads_to_a_message(
    new_page: NewPage, alice: User, conversation: Conversation
) -> None:
    wanted = list(conversation.messages.all())[60]
    page = new_page(alice, DESK)
    page.goto(f"/c/{conversation.pk}/#m-{wanted.pk}")
    wait_until_true(page, f"({AT})(60) > 0")
    other = list(conversation.messages.all())[110]
    page.evaluate("(id) => { location.hash = `m-${id}`; }", str(other.pk))
    wait_until_true(page, f"({AT})(110) > 0")
    page.goto(f"/c/{conversation.pk}/#m-nonsense")
    page.reload()


def test_the_arrows_of_a_version_stay_where_they_were_pressed(
    page: Page, conversation: Conversation
) -> None:
    first = list(conversation.messages.all())[120]
    parent = first.parent
    other = conversation.messages.create(
        parent=parent, role="user", content="Question 120? " + "More words. " * 200, changed_in=1
    )
    conversation.messages.create(
        parent=other, role="assistant", content="Answer 121 in short.", changed_in=1
    )
    page.reload()
    scroll_to(page, 120)
    arrows = page.locator(f"[data-message-id='{first.pk}'] [data-part=versions]")
    page.mouse.wheel(0, -200)
    # A press would scroll to them as well.
    arrows.hover()
    wait_until_true(page, STILL)
    before = arrows.bounding_box()
    button(arrows, "Next version").click()
    others = page.locator(f"[data-message-id='{other.pk}'] [data-part=versions]")
    expect(others).to_be_visible()
    wait_until_true(page, STILL)
    after = others.bounding_box()
    assert before
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=2)
    button(others, "Previous version").click()
    expect(arrows).to_be_visible()
    wait_until_true(page, STILL)
    again = arrows.bounding_box()
    assert again
    assert again["y"] == pytest.approx(before["y"], abs=2)


STILL = f"""new Promise((resolve) => {{
    const before = {SCROLLER}.scrollTop;
    setTimeout(() => resolve({SCROLLER}.scrollTop === before), 150);
}})"""


def test_a_text_is_found_wherever_it_is(page: Page, conversation: Conversation) -> None:
    kept = list(conversation.messages.all())
    for number, text in ((20, "A *needle* of 100 % steel"), (90, "Another NEEDLE, needle")):
        kept[number].content = text
        kept[number].save()
    page.keyboard.press("Control+f")
    box = page.get_by_role("textbox", name="Find in conversation")
    expect(box).to_be_focused()
    box.fill("needle")
    count = page.locator("#find-count")
    expect(count).to_have_text("2 of 3")
    expect(page.locator(".message.is-found")).to_contain_text("Another NEEDLE")
    expect(page.locator(".message.is-found")).to_be_in_viewport()
    assert page.evaluate("CSS.highlights.get('found-current').size") == 1
    assert page.evaluate("CSS.highlights.get('found').size") == 1
    box.press("Enter")
    expect(count).to_have_text("3 of 3")
    box.press("Enter")
    expect(count).to_have_text("1 of 3")
    expect(page.locator(".message.is-found")).to_contain_text("100 % steel")
    expect(page.locator(".message.is-found")).to_be_in_viewport()
    box.press("Shift+Enter")
    expect(count).to_have_text("3 of 3")
    box.fill("100 %")
    expect(count).to_have_text("1 of 1")
    box.fill("1_0")
    expect(count).to_have_text("Not found")
    box.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator(".message.is-found")).to_have_count(0)
    expect(button(page, "Find in conversation")).to_be_focused()


def test_the_key_of_the_browsers_search_stays_its_own_in_a_short_conversation(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    page = new_page(alice, DESK)
    page.goto(f"/c/{long_conversation(alice, 4).pk}/")
    expect(messages(page)).to_have_count(4)
    taken = """() => {
        const how = { key: 'f', ctrlKey: true, cancelable: true, bubbles: true };
        const key = new KeyboardEvent('keydown', how);
        return !document.body.dispatchEvent(key);
    }"""
    assert page.evaluate(taken) is False
    button(page, "Find in conversation").click()
    expect(page.get_by_role("textbox", name="Find in conversation")).to_be_focused()


def test_all_of_a_long_conversation_can_be_shared(page: Page) -> None:
    button(page, "Share").click()
    expect(page.locator("#share-messages > *")).to_have_count(COUNT)
    expect(page.locator("#share-messages")).to_contain_text("Question 0?")


def test_a_message_has_its_text_before_it_comes_into_view(page: Page) -> None:
    scroll_to(page, COUNT - 20)
    page.evaluate(FRAMES)  # In the first ones all is laid out.

    wait_until_true(page, LAID_OUT_AHEAD)
