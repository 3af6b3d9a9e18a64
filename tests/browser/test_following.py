"""Following the end of a growing answer: the reader ends it by any way up, however short."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from conversations.models import User
from tests.browser.talking import (
    answer,
    begin,
    button,
    converse,
    send,
    token,
    wait_for_end,
    wait_until_true,
)
from tests.browsers import NewPage
from tests.upstreams.scripted import ScriptedUpstream

SCROLLER = "document.getElementById('log-scroller')"
FROM_END = f"({SCROLLER}.scrollHeight - {SCROLLER}.clientHeight - {SCROLLER}.scrollTop)"
# The place of the answer's first line, and the length of the answer at that moment.
READ = """() => {
    const line = document.querySelector("[aria-busy=true] .answer p");
    return [line.getBoundingClientRect().top, line.textContent.length];
}"""
SMALL = {"width": 900, "height": 420}
Move = Callable[[Page], None]


def wheel(by: int) -> Move:
    """A turn of the wheel over the log."""

    def move(page: Page) -> None:
        page.locator("#log-scroller").hover()
        page.mouse.wheel(0, -by)

    return move


def drag(by: int) -> Move:
    """A finger that moves slowly, by three pixels at a time."""

    def move(page: Page) -> None:
        session = page.context.new_cdp_session(page)

        def touch(kind: str, points: list[dict[str, int]]) -> None:
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", [{"x": 400, "y": 150}])
        for y in range(0, by + 1, 3):
            touch("touchMove", [{"x": 400, "y": 150 + y}])
        touch("touchEnd", [])

    return move


def key(name: str) -> Move:
    """A key while the focus is in the log."""

    def move(page: Page) -> None:
        page.evaluate("document.querySelector('.bubble').focus({ preventScroll: true })")
        page.keyboard.press(name)

    return move


def scroll_bar(by: int) -> Move:
    """A move that the page hears nothing else of: by the scroll bar, or the browser's search."""
    return lambda page: page.evaluate(f"{SCROLLER}.scrollTop -= {by}")


WAYS_UP = {
    **{f"wheel {by}": wheel(by) for by in (10, 30, 60)},
    "finger 60": drag(60),
    **{f"scroll bar {by}": scroll_bar(by) for by in (2, 10, 30, 60)},
    **{name: key(name) for name in ("ArrowUp", "PageUp", "Home")},
}


def read(page: Page) -> tuple[float, int]:
    """The place of a line, once the move has ended, and the length of the answer then."""
    wait_until_true(
        page,
        f"""new Promise((resolve) => {{
            const before = {SCROLLER}.scrollTop;
            requestAnimationFrame(() => requestAnimationFrame(() =>
                requestAnimationFrame(() => resolve({SCROLLER}.scrollTop === before))));
        }})""",
    )
    top, length = page.evaluate(READ)
    return top, length


def test_every_way_up_ends_following_and_the_line_stays(
    new_page: NewPage, alice: User, model: object
) -> None:
    page = new_page(alice, SMALL, has_touch=True)
    page.goto("/")
    send(page, "Please, tokens=20000 rate=200")
    wait_until_true(page, f"{SCROLLER}.scrollTop > 300")
    for name, move in WAYS_UP.items():
        wait_until_true(page, f"{FROM_END} < 2")
        move(page)
        top, length = read(page)
        wait_until_true(page, f"({READ})()[1] > {length} + 600")
        assert page.evaluate(READ)[0] == pytest.approx(top, abs=1), name
        assert page.evaluate(FROM_END) > 1, name
        page.locator("#jump").click()
    wait_until_true(page, f"{FROM_END} < 2")
    button(page, "Stop").click()
    wait_for_end(page, "Stopped")


def test_the_line_stays_where_the_paragraph_that_grows_is_drawn_anew(
    new_page: NewPage, alice: User, model: object, upstream: ScriptedUpstream
) -> None:
    page = new_page(alice, SMALL)
    page.goto("/")
    send(page, "Please, tokens=900 gate=g")
    upstream.open("g", 780)
    expect(answer(page)).to_contain_text(token(1, 779))
    wait_until_true(page, f"{FROM_END} < 2")
    wheel(30)(page)
    top, length = read(page)
    # From 10,000 characters on a paragraph is plain text: all of its content is replaced.
    upstream.open("g", 100)
    wait_until_true(page, f"({READ})()[1] > {length} + 1200")
    assert page.evaluate(READ)[0] == pytest.approx(top, abs=1)
    upstream.open("g", 20)
    wait_for_end(page)


def test_following_begins_again_at_the_bottom_alone(
    new_page: NewPage, alice: User, model: object
) -> None:
    page = new_page(alice, SMALL)
    page.goto("/")
    send(page, "Please, tokens=20000 rate=200")
    wait_until_true(page, f"{SCROLLER}.scrollTop > 300")
    wheel(60)(page)
    wheel(-20)(page)
    _top, length = read(page)
    wait_until_true(page, f"({READ})()[1] > {length} + 600")
    expect(page.locator("#jump")).to_be_visible()
    wheel(-100_000)(page)
    expect(page.locator("#jump")).to_be_hidden()
    length = page.evaluate(READ)[1]
    wait_until_true(page, f"({READ})()[1] > {length} + 600")
    wait_until_true(page, f"{FROM_END} < 2")
    button(page, "Stop").click()


# As in Safari, which has no such property and may lay a log out between two changes of a frame.
NO_ANCHORING = """
const supports = CSS.supports.bind(CSS);
CSS.supports = (name, ...rest) => name !== "overflow-anchor" && supports(name, ...rest);
"""
SHORTER_AND_LONGER = """async () => {
    const log = document.getElementById("log");
    const filler = document.createElement("div");
    log.append(filler);
    for (const [first, then] of [[400, 400], [100, 500]]) {
        filler.style.height = `${first}px`;
        document.getElementById("log-scroller").scrollTop;
        filler.style.height = `${then}px`;
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    }
}"""


def test_a_log_that_is_shorter_for_a_moment_is_not_the_reader_in_safari(
    new_page: NewPage, alice: User, model: object
) -> None:
    page = new_page(alice, SMALL)
    page.add_init_script(NO_ANCHORING)
    page.goto("/")
    converse(page, "Please, tokens=300")
    wait_until_true(page, f"{SCROLLER}.scrollTop > 300")
    page.evaluate(SHORTER_AND_LONGER)
    wait_until_true(page, f"{FROM_END} < 2")
    expect(page.locator("#jump")).to_be_hidden()
    # The reader's own way up in the same frame is theirs.
    wheel(30)(page)
    page.evaluate(SHORTER_AND_LONGER)
    expect(page.locator("#jump")).to_be_visible()


def test_a_shorter_log_is_not_the_reader(home: Page, upstream: ScriptedUpstream) -> None:
    home.set_viewport_size(SMALL)
    converse(home, "Please, tokens=300")
    begin(home, upstream)
    home.evaluate("document.querySelector('[role=log] .answer').style.display = 'none'")
    home.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    home.evaluate("document.querySelector('[role=log] .answer').style.display = ''")
    upstream.open("g", 17)
    wait_for_end(home)
    # What stands below an answer that has ended is laid out a frame later.
    wait_until_true(home, f"{FROM_END} < 2")


def test_an_answer_that_begins_is_not_shorter_for_a_moment(
    home: Page, upstream: ScriptedUpstream
) -> None:
    home.set_viewport_size(SMALL)
    converse(home, "Please, tokens=300")
    send(home, "Please, tokens=20 gate=g")
    expect(home.locator("[data-part=waiting]").last).to_be_visible()
    home.evaluate(
        """() => {
            const log = document.getElementById("log");
            window.heights = [log.scrollHeight];
            const measure = () => heights.push(log.scrollHeight);
            new MutationObserver(measure).observe(log, { childList: true, subtree: true,
                attributes: true, characterData: true });
        }"""
    )
    upstream.open("g", 1)
    expect(answer(home)).to_contain_text(token(2, 0))
    expect(home.locator("[data-part=waiting]").last).to_be_hidden()
    heights = home.evaluate("heights")
    assert heights == sorted(heights)
    upstream.open("g", 19)
    wait_for_end(home)


def test_scrolling_code_does_not_end_following(home: Page) -> None:
    home.set_viewport_size(SMALL)
    converse(home, "Please, tokens=300")
    home.evaluate(
        """() => {
            const box = document.querySelector('[role=log] .answer p');
            box.style.cssText = 'max-block-size: 200px; overflow: auto';
            box.scrollTop = 1000;
        }"""
    )
    home.locator("[role=log] .answer p").hover()
    home.mouse.wheel(0, -30)
    wait_until_true(home, "document.querySelector('[role=log] .answer p').scrollTop < 1000")
    converse(home, "Please, tokens=100")
    assert home.evaluate(FROM_END) < 2


def test_a_stored_message_keeps_the_element_of_the_pending_one(
    home: Page, upstream: ScriptedUpstream
) -> None:
    home.evaluate(
        """() => {
            window.removed = 0;
            const count = (records) => {
                for (const { removedNodes } of records) removed += removedNodes.length;
            };
            const log = document.getElementById('log');
            new MutationObserver(count).observe(log, { childList: true });
        }"""
    )
    converse(home)
    converse(home, "Once more, tokens=2")
    expect(answer(home)).to_contain_text(token(2, 1))
    assert home.evaluate("removed") == 0


def test_the_page_is_as_high_as_the_window(home: Page) -> None:
    converse(home)
    assert home.evaluate("document.documentElement.scrollHeight - innerHeight") == 0
